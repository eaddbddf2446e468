"""One evaluation: its benchmark, trial and amount of labels."""
