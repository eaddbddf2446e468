"""The page: what a browser sees of wss_core."""
