"""How the built-in model was made; RECIPE.md has the figures."""
