/**
 * Run before the tests: installs from Debian what they talk to, when this is Debian and we are root; otherwise says what to install.
 * In CI (`CI=true`) a missing program is a failure; elsewhere the tests that need it say that they did not run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { debianPackages } from "./debian-packages.ts";

function isInstalled(name: string): boolean {
  const answer = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { encoding: "utf8" });
  return answer.status === 0 && answer.stdout.trim() === "installed";
}

function installMissing(names: string[]): void {
  const apt = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  console.log(`Installing from Debian: ${names.join(" ")}`);
  execFileSync("apt-get", [...apt, "update", "-q"], { env, stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("apt-get", [...apt, "install", "-y", "-q", "--no-install-recommends", ...names], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

const missing = existsSync("/usr/bin/dpkg-query")
  ? debianPackages.map((one) => one.package).filter((name) => !isInstalled(name))
  : [];
if (!existsSync("/usr/bin/dpkg-query")) {
  console.log("This is not Debian: the tests that need a Debian program will say that they did not run.");
} else if (missing.length > 0 && process.getuid?.() === 0) {
  installMissing(missing);
} else if (missing.length > 0) {
  console.log(`Not installed, and only root can: apt-get install --no-install-recommends ${missing.join(" ")}`);
  if (process.env["CI"] === "true") process.exit(1);
}
