# Waybill as a container image: docs/operations.md says how to run it.
#
#   docker build --tag waybill .
#
# The engine's binary is built against glibc, so the base must be Debian or of its kind.
ARG NODE_IMAGE=docker.io/library/node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# What is installed depends on these alone; a change of the sources installs nothing again.
COPY package.json package-lock.json ./
COPY console/package.json console/
RUN npm ci --ignore-scripts --prefer-offline --no-audit --no-fund
COPY scripts/build.mjs scripts/
COPY bin bin
COPY src src
COPY console console
COPY tsconfig.json ./
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund && mkdir /empty

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Waybill" \
      org.opencontainers.image.description="The audit log for container platforms" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /opt/waybill
COPY LICENSE package.json ./
COPY --from=build /build/bin bin
COPY --from=build /build/dist dist
COPY --from=build /build/node_modules node_modules
# A new volume takes over the owner of the folder that it covers.
COPY --from=build --chown=1000:1000 /empty /data
RUN ln -s /opt/waybill/bin/waybill.js /usr/local/bin/waybill

ENV NODE_ENV=production \
    WAYBILL_DATA=/data \
    WAYBILL_LISTEN=0.0.0.0:7480
# By number, so that an orchestrator can see that it is not root. It is `node` in the base image.
USER 1000:1000
VOLUME ["/data"]
EXPOSE 7480
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.WAYBILL_LISTEN.split(':').pop()}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["waybill"]
CMD ["serve"]
