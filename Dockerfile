# The operator's image, for those who build with an engine. `hack/images operator` makes the same content without one; a test holds them together.
#   docker build --build-arg VERSION=0.1.0 -t registry.example.com/team/chronosops:0.1.0 .
# SDK has to be the version that global.json names; DEBIAN the release that hack/lib/image-packages is of.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0.401
ARG DEBIAN=debian:bookworm-slim

FROM ${SDK} AS build
WORKDIR /src
COPY . .
RUN dotnet publish ChronosOps.Operator -c Release -r linux-x64 --self-contained -o /published --nologo -p:UseSharedCompilation=false

# C library, TLS, certificates and time zones out of Debian's packages, and the list of what all of it is.
FROM ${DEBIAN} AS root
ARG VERSION=dev
COPY hack/lib/image-packages hack/lib/image-root hack/lib/sbom /tools/
RUN apt-get update && apt-get install -y --no-install-recommends python3 && mkdir /debs /root-of-image && cd /debs && \
    apt-get download -o APT::Sandbox::User=root $(cat /tools/image-packages) && \
    for deb in *.deb; do dpkg-deb -x "$deb" /root-of-image; done && ls -- *.deb >/packages && /tools/image-root /root-of-image
COPY --from=build /published /root-of-image/app
RUN mkdir -p /root-of-image/usr/share/sbom && /tools/sbom --name chronosops --version "$VERSION" --deps /root-of-image/app/chronosops.deps.json \
    --debs /packages --output /root-of-image/usr/share/sbom/chronosops.cdx.json

# No shell, no package manager. It writes nothing but to /tmp: run it with a read-only root.
FROM scratch
COPY --from=root /root-of-image/ /
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_EnableDiagnostics=0
WORKDIR /app
USER 1654:1654
EXPOSE 8080
ENTRYPOINT ["/app/chronosops"]
