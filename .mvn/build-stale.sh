# Sourced by what runs from the source tree.

# build_stale MODULE STAMP: builds a module of the tree $root, and what it needs, when a source is newer than STAMP, a file in
# its target folder; then $built is 1. Says nothing unless the build fails. WSSTREAM_NO_BUILD=1 leaves all as it is.
build_stale() {
    local target=$root/$1/target stamp=$root/$1/target/$2 begun
    built=
    [ -z "${WSSTREAM_NO_BUILD:-}" ] || return 0
    if [ -e "$stamp" ] && [ -z "$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main -newer "$stamp" -print -quit)" ]; then
        return
    fi
    mkdir -p "$target"
    begun=$(mktemp "$target/begun.XXXXXX") # what is changed during the build is built the next time
    if ! (cd "$root" && ./mvnw -q -pl "$1" -am -DskipTests -DskipITs -Dmaven.javadoc.skip=true \
        package </dev/null >"$target/build.log" 2>&1); then
        rm -f "$begun"
        tail -n 40 "$target/build.log" >&2
        echo "error: the build failed; the whole log is in $target/build.log" >&2
        exit 1
    fi
    mv "$begun" "$stamp"
    built=1
}
