#!/usr/bin/env bash
# Builds one release into dist/ and tags it: source archive, wheel, and the list of all components (CycloneDX).
# Run by `make release`. The version is pyproject.toml's; its section must stand in CHANGELOG.md.
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
version=$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
tag=v$version

fail() { printf '%s\n' "$*" >&2; exit 1; }

[ -z "$(git status --porcelain)" ] || fail "There are changes that are not committed."
grep -q "^## $version " CHANGELOG.md || fail "CHANGELOG.md has no section '## $version (date)'."
if git rev-parse -q --verify "refs/tags/$tag" >/dev/null; then
    [ "$(git rev-parse "$tag^{commit}")" = "$(git rev-parse HEAD)" ] || fail "The tag $tag is another commit's."
fi

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
rm -rf dist build
"$python" -m build --no-isolation --outdir dist >/dev/null

# The components of an installation, not of this development environment.
installed=$(mktemp -d)
trap 'rm -rf "$installed"' EXIT
"$python" -m venv "$installed"
"$installed/bin/python" -m pip --disable-pip-version-check install --quiet --constraint constraints.txt "dist/jejaring-$version-py3-none-any.whl"
"$python" -m cyclonedx_py environment --pyproject pyproject.toml --output-reproducible \
    --output-file "dist/jejaring-$version.cdx.json" "$installed/bin/python"

git rev-parse -q --verify "refs/tags/$tag" >/dev/null || git tag -a "$tag" -m "Jejaring $version"
(cd dist && sha256sum -- *)
