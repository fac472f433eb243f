# Copying the images to a registry, for clusters that are not this script's. Source me.
# shellcheck shell=bash

push_images() { # push_images REPOSITORY INSECURE
  need_packages skopeo
  push_image prometheus "$1/prometheus:debian" "$2"
  push_image operator "$1/chronosops:$VERSION" "$2"
  push_image demo "$1/chronosops-demo:1" "$2"
}

push_image() {
  image_"$1"
  say "pushing $2"
  # The archives are our own: no signature policy of the machine applies to them.
  logged "$LOGS/push.log" skopeo --insecure-policy copy ${3:+--dest-tls-verify=false} "docker-archive:$ARCHIVE" "docker://$2" ||
    die "$2 could not be pushed; log: $LOGS/push.log"
  echo "$2"
}
