"""One module and one kv file for each screen; a screen is built when it is first shown."""
