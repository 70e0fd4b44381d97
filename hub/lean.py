"""Uvicorn's server without its command line: `Config` and `Server`.

Its package loads a command line, reloaders and worker processes as well, which the hub never calls:
1.5 MB of an idle hub. So the package is entered here without what it does when it is imported.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

if "uvicorn" not in sys.modules and (_spec := find_spec("uvicorn")) is not None:
    sys.modules["uvicorn"] = module_from_spec(_spec)

from uvicorn.config import Config
from uvicorn.server import Server

# where the server's own parts look for them
sys.modules["uvicorn"].__dict__.update(Config=Config, Server=Server)

__all__ = ["Config", "Server"]
