import { existsSync, readFileSync } from "node:fs";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { networkOf } from "../testing/network-builder.ts";
import { benchNetwork, canRunKamailio, freeNetwork } from "../testing/proxy-bench.ts";
import { answersOptions } from "./answers-options.ts";
import { checkKamailioConfig } from "./check-config.ts";
import { findKamailio } from "./find-kamailio.ts";
import { renderKamailioConfig } from "./render-kamailio-config.ts";
import { type ProxyOrder, type RunningProxy, startProxy } from "./run-proxy.ts";

describe.skipIf(!canRunKamailio)("Kamailio as a child process", () => {
  const running: RunningProxy[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((proxy) => proxy.close()));
  });

  async function order(): Promise<ProxyOrder & { lines: string[] }> {
    const network = networkOf(benchNetwork(await freeNetwork()));
    const lines: string[] = [];
    const configText = renderKamailioConfig(network);
    return { configText, listen: network.proxy.listen, log: (line) => lines.push(line), lines };
  }

  async function start(given: ProxyOrder): Promise<RunningProxy> {
    const proxy = await startProxy(given);
    running.push(proxy);
    return proxy;
  }

  test("is installed", () => {
    expect(findKamailio()).not.toBeNull();
  });

  test("answers once it is started; after close neither a process nor its folder is left", async () => {
    const given = await order();
    const proxy = await start(given);
    const [listen] = given.listen;
    expect(await answersOptions(listen!, 2_000)).toBe(true);
    expect(await answersOptions({ ...listen!, transports: ["tcp"] }, 2_000)).toBe(true);
    const folder = folderOf(proxy.pid);
    expect(existsSync(folder)).toBe(true);

    await Promise.all([proxy.close(), proxy.close()]);
    expect(await proxy.ended).toEqual({ code: 0, signal: null });
    expect(() => process.kill(-proxy.pid, 0)).toThrow("ESRCH");
    expect(existsSync(folder)).toBe(false);
    expect(await answersOptions(listen!, 200)).toBe(false);
  });

  test("says when it dies by itself", async () => {
    const proxy = await start(await order());
    process.kill(-proxy.pid, "SIGKILL");
    expect(await proxy.ended).toEqual({ code: null, signal: "SIGKILL" });
    await proxy.close();
  });

  test("is not started on an address that is taken, by another Kamailio or by any program", async () => {
    const given = await order();
    await start(given);
    await expect(startProxy(given)).rejects.toThrow(/udp 127\.\S+:5060 is in use by another program/);

    const other = await order();
    const socket = createSocket("udp4").bind(5060, other.listen[0]!.address);
    await once(socket, "listening");
    await expect(startProxy(other)).rejects.toThrow(/^kamailio did not start: udp \S+ is in use by another program$/);
    socket.close();
  });

  test("is not started on an address of another machine", async () => {
    const given = await order();
    const listen = [{ address: "192.0.2.1", port: 5060, transports: ["udp" as const] }];
    await expect(startProxy({ ...given, listen })).rejects.toThrow("192.0.2.1:5060 is not an address of this machine");
  });

  test("does not start with a broken configuration, and says why", async () => {
    const given = await order();
    const configText = given.configText.replace("route(IDENTIFY);", "rote(IDENTIFY)");
    await expect(startProxy({ ...given, configText })).rejects.toThrow(/ended with exit code[^]*parse error/);
  });

  test("takes the rendered configuration when it is only asked to check it, and refuses a broken one with its reasons", async () => {
    const { configText } = await order();
    const kamailio = findKamailio() ?? "";
    expect(await checkKamailioConfig(configText, kamailio)).toEqual({ ok: true });
    for (const broken of [
      configText.replace("t_relay()", "t_rely()"),
      `${configText}\n}`,
      configText.replace('"pike.so"', '"pyke.so"'),
    ]) {
      const result = await checkKamailioConfig(broken, kamailio);
      expect(result.ok ? [] : result.lines.join("\n")).toMatch(/error|not found|could not/i);
    }
  });

  test("takes the rendered configuration of any label", async () => {
    const labels = ['"; }', "a \\", "#!define X", "/* ", "*/", "$du", "'", "àèìòù 漢字 😀"];
    const members = labels.map((label, index) => ({
      officeId: `x_test${index}`,
      label,
      addresses: [{ address: `192.0.2.${index + 1}` }],
    }));
    const network = networkOf({ ...benchNetwork((last) => `127.0.0.${last}`), members });
    expect(await checkKamailioConfig(renderKamailioConfig(network), findKamailio() ?? "")).toEqual({ ok: true });
  });
});

/** The folder that Kamailio was given, from its own command line. */
function folderOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return words[words.indexOf("-w") + 1] ?? "";
}
