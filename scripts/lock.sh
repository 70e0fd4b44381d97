#!/usr/bin/env bash
# Write the locks anew: hashes, no download addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header "$@"
}
compile --extra dev --extra build -o requirements/dev.txt
compile --extra build -c requirements/dev.txt -o requirements/loket.txt
