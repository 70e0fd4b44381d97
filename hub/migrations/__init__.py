"""Schema migrations, run once under a lock before serving."""
