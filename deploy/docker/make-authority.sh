#!/bin/sh
# Makes the cluster's own authority, and certificates of it: make-authority.sh DIRECTORY HUB... [-- CLIENT...]
#   deploy/docker/make-authority.sh deploy/docker/tls hub-1 hub-2 -- backend
# For a test, or to begin with: whoever has DIRECTORY/ca.key can make hubs. Keep it away from the hubs; a real installation has cert-manager,
# step-ca or Vault make certificates that live for days. Run it again to renew: the authority stays, the certificates are new, hubs read them by themselves.
set -eu
umask 077
out=$1; shift
mkdir -p "$out"
if [ ! -f "$out/ca.key" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=TenantHub cluster authority" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$out/ca.key" -out "$out/ca.crt" 2>/dev/null
fi
purpose=serverAuth,clientAuth # A hub is both. A client's certificate has clientAuth alone and opens the gateway only.
for name in "$@"; do
  if [ "$name" = "--" ]; then purpose=clientAuth; continue; fi
  mkdir -p "$out/$name"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$out/$name/tls.key.new" -out "$out/$name/request" 2>/dev/null
  printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\nsubjectAltName=DNS:%s\n' "$purpose" "$name" > "$out/$name/extensions"
  openssl x509 -req -in "$out/$name/request" -CA "$out/ca.crt" -CAkey "$out/ca.key" -days 90 -extfile "$out/$name/extensions" -out "$out/$name/tls.crt.new" 2>/dev/null
  mv "$out/$name/tls.key.new" "$out/$name/tls.key"; mv "$out/$name/tls.crt.new" "$out/$name/tls.crt"
  cp "$out/ca.crt" "$out/$name/ca.crt"
  rm "$out/$name/request" "$out/$name/extensions"
  # The hub's user in the image is 1654; without the right to give files away, do it yourself.
  chown -R 1654:1654 "$out/$name" 2>/dev/null || echo "$out/$name: give it to the user 1654 (chown -R 1654:1654)" >&2
done
