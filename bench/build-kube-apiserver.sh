#!/usr/bin/env bash
# Builds the yardstick of `./orchestrator bench --kube-apiserver FILE`: Kubernetes 1.20 from Debian's source package, with Debian's Go.
# bench/build-kube-apiserver.sh DIRECTORY    takes 5 minutes on two cores and leaves DIRECTORY/kube-apiserver; needs golang-go and dpkg-dev, and root for apt's list of sources.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 DIRECTORY" >&2; exit 2; }
mkdir -p "$1" && cd "$1" && here=$PWD

sources=/etc/apt/sources.list.d/kube-apiserver-yardstick.sources
trap 'rm -f "$sources"' EXIT
printf 'Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' > "$sources"
apt-get update -qq
apt-get source -qq --download-only kubernetes
dpkg-source --no-check -x kubernetes_*.dsc source

# The tree is from before Go looked for modules first.
export GO111MODULE=off GOPATH=$here/go GOFLAGS= CGO_ENABLED=0
mkdir -p go/src/k8s.io && ln -sfn "$here/source" go/src/k8s.io/kubernetes && cd go/src/k8s.io/kubernetes

# Three files are generated when Kubernetes is built.
go build -o "$here/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
tagged=$(grep -rRl --include=*.go '+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io --exclude='*_test.go' --exclude='zz_generated*' | grep -v '/testdata/\|code-generator\|sample-apiserver' | xargs -n1 dirname | sort -u)
generate() {
  local into=$1; shift
  "$here/openapi-gen" --go-header-file hack/boilerplate/boilerplate.generatego.txt -i "$(printf 'k8s.io/kubernetes/%s\n' "$@" | paste -sd,)" \
    -p "k8s.io/kubernetes/$into" -O zz_generated.openapi -r /dev/null
}
machinery=$(grep '^vendor/k8s.io/apimachinery' <<<"$tagged")
generate pkg/generated/openapi $tagged
generate staging/src/k8s.io/kube-aggregator/pkg/generated/openapi $machinery $(grep kube-aggregator <<<"$tagged")
generate staging/src/k8s.io/apiextensions-apiserver/pkg/generated/openapi $machinery $(grep apiextensions-apiserver <<<"$tagged") vendor/k8s.io/api/autoscaling/v1

version=k8s.io/kubernetes/vendor/k8s.io/component-base/version
go build -ldflags "-X $version.gitVersion=v1.20.2 -X $version.gitMajor=1 -X $version.gitMinor=20" -o "$here/kube-apiserver" ./cmd/kube-apiserver
"$here/kube-apiserver" --version
