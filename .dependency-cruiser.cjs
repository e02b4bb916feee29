/**
 * Who may import what (docs/architecture.md). Each rule has a planted violation under tests/architecture/planted that the architecture test expects to be caught.
 * Paths are matched from the root of the tree that is cruised, so that the same rules judge the planted tree.
 */
const source = "^(cti-box|crm-bridge|softphone|sip-proxy-config)";
const test = "(\\.test\\.tsx?$|\\.contract\\.ts$|/testing/)";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", comment: "A cycle has no owner.", from: {}, to: { circular: true } },
    {
      name: "not-to-unresolvable",
      severity: "error",
      comment: "An import that resolves to nothing fails at run time only.",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(electron|virtual:)" },
    },
    {
      name: "domain-imports-only-domain",
      severity: "error",
      comment: "The domain is pure: no application, adapter, contract, vendor package or Node module.",
      from: { path: "^(cti-box/src|crm-bridge/src|softphone/src/renderer)/domain/", pathNot: test },
      to: { pathNot: "^(cti-box/src|crm-bridge/src|softphone/src/renderer)/domain/" },
    },
    {
      name: "domain-imports-its-own-domain",
      severity: "error",
      comment: "Each program has its own domain.",
      from: { path: "^(cti-box/src|crm-bridge/src|softphone/src/renderer)/domain/", pathNot: test },
      to: { path: "^(cti-box/src|crm-bridge/src|softphone/src/renderer)/domain/", pathNot: "^$1/domain/" },
    },
    {
      name: "application-knows-no-vendor",
      severity: "error",
      comment: "Use cases see ports, never a package or an adapter.",
      from: { path: "^(cti-box|crm-bridge)/src/application/", pathNot: test },
      to: { pathNot: "^((cti-box|crm-bridge)/src/(application|domain)/|crm-bridge/src/connectors/connector\\.ts$)" },
    },
    {
      name: "adapters-do-not-meet",
      severity: "error",
      comment: "An adapter never imports another one; main.ts composes them.",
      from: { path: "^(cti-box|crm-bridge)/src/adapters/([^/]+)/", pathNot: test },
      to: { path: "^$1/src/adapters/", pathNot: "^$1/src/adapters/$2/" },
    },
    {
      name: "adapters-see-ports-not-use-cases",
      severity: "error",
      comment: "Use cases are handed to adapters by main.ts; they may import the port and use-case types only.",
      from: { path: "^cti-box/src/adapters/", pathNot: test },
      to: {
        path: "^cti-box/src/application/",
        pathNot:
          "^cti-box/src/application/(ports|trunk-ports|far-end|use-cases|media-port|call-media|restart-memory|handling-store|dial-orders|recall-desk|office-reports|text/text-desk)\\.ts$",
      },
    },
    {
      name: "contracts-only-from-the-api",
      severity: "error",
      comment:
        "cti-box's inside does not see its contracts; adapters/api maps. The configuration names the subjects that tickets have.",
      from: {
        path: "^cti-box/src/",
        pathNot: "(^cti-box/src/(adapters/api/|config/(queue|sharing)-section)|" + test + ")",
      },
      to: { path: "^cti-box/contracts/" },
    },
    {
      name: "other-programs-by-contract",
      severity: "error",
      comment: "Another program is known by its contracts folder only.",
      from: { path: source + "/", pathNot: "(^(tests|bin)/|" + test + ")" },
      to: {
        path: "^(cti-box|crm-bridge|softphone|sip-proxy-config)/",
        pathNot: ["^$1/", "^(cti-box|crm-bridge)/contracts/"],
      },
    },
    {
      name: "engine-knows-no-box",
      severity: "error",
      comment: "sip-engine knows SIP and the control protocol; nothing of offices, operators, tickets.",
      from: { path: "^cti-box/sip-engine/", pathNot: test },
      to: { path: "^cti-box/(src|contracts|testing)/" },
    },
    {
      name: "engine-by-its-door",
      severity: "error",
      comment: "The box reaches the engine over the control protocol; only main.ts starts it, by engine.ts.",
      from: { path: "^cti-box/src/", pathNot: test },
      to: { path: "^cti-box/sip-engine/", pathNot: "^cti-box/sip-engine/engine\\.ts$" },
    },
    {
      name: "connectors-do-not-meet",
      severity: "error",
      comment: "A connector sees the connector shape and the domain, never another connector.",
      from: { path: "^crm-bridge/src/connectors/([^/]+)/", pathNot: test },
      to: { path: "^crm-bridge/src/", pathNot: "^crm-bridge/src/(connectors/($1/|[^/]+\\.ts$)|domain/)" },
    },
    {
      name: "features-without-adapters",
      severity: "error",
      comment: "A feature of the softphone sees domain, application and ui; never an adapter.",
      from: { path: "^softphone/src/renderer/features/", pathNot: test },
      to: { path: "^softphone/src/renderer/adapters/" },
    },
    {
      name: "features-do-not-meet-inside",
      severity: "error",
      comment: "A feature never reaches into another feature.",
      from: { path: "^softphone/src/renderer/features/([^/]+)/", pathNot: test },
      to: {
        path: "^softphone/src/renderer/features/",
        pathNot: "^softphone/src/renderer/features/($1/|[^/]+\\.tsx?$)",
      },
    },
    {
      name: "renderer-and-main-meet-in-shared",
      severity: "error",
      comment: "The Electron main process and the page share only shared/.",
      from: { path: "^softphone/src/(renderer|main|preload)/", pathNot: test },
      to: { path: "^softphone/src/(renderer|main|preload)/", pathNot: "^softphone/src/$1/" },
    },
    {
      name: "electron-only-in-the-shell",
      severity: "error",
      comment: "electron belongs to main and preload.",
      from: { pathNot: "^softphone/(src/(main|preload)/|scripts/|[^/]+$)" },
      to: { path: "(^|/)node_modules/electron/|^electron$" },
    },
    {
      name: "sipjs-only-in-adapters-sip",
      severity: "error",
      comment: "sip.js stays behind the softphone's own port.",
      from: { pathNot: "(^softphone/src/renderer/adapters/sip/|^tests/|" + test + ")" },
      to: { path: "(^|/)node_modules/sip\\.js/" },
    },
    {
      name: "drachtio-only-in-adapters-sip",
      severity: "error",
      comment: "drachtio-srf stays behind cti-box's SIP port.",
      from: { path: source, pathNot: "(^cti-box/src/adapters/sip/|" + test + ")" },
      to: { path: "(^|/)node_modules/drachtio-srf/" },
    },
    {
      name: "shipped-code-without-tests",
      severity: "error",
      comment: "Test code is never imported by shipped code.",
      from: { path: source + "/", pathNot: test },
      to: { path: test },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|golden)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
