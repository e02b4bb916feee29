/** Registrar for the operators' phones and pages (RFC 3261 §10): who proves an account may be reached at the contacts that it names. */
import { authenticate, challenge } from "./authenticate.ts";
import { Bindings } from "./bindings.ts";
import { bindingRecord, rememberedBindings } from "./remembered-bindings.ts";
import { readRegister, shortestSeconds } from "./read-register.ts";
import type { AuthenticationParts } from "./authenticate.ts";
import type { RegisterOrder } from "./read-register.ts";
import type { Clock, Log, SipAccount } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { RegisteredDevice } from "../../../domain/operator/operator-desk.ts";
import type { OperatorId } from "../../../domain/call/ids.ts";
import type { SipRequest, SipResponse } from "../drachtio.ts";

export type RegistrarParts = AuthenticationParts & {
  clock: Clock;
  log: Log;
  registrationsChanged(operatorId: OperatorId, devices: RegisteredDevice[]): void;
  /** Where registrations outlive a kill of the box; absent: nowhere. */
  memory?: RestartMemory | undefined;
};

export class Registrar {
  readonly bindings: Bindings;
  private readonly parts: RegistrarParts;

  constructor(parts: RegistrarParts) {
    this.parts = parts;
    const tell = parts.registrationsChanged.bind(parts);
    this.bindings = new Bindings(parts.clock, tell, bindingRecord(parts.memory));
  }

  /** Takes up the registrations of an earlier run of the box. */
  takeBack({ browsersStay }: { browsersStay: boolean }): void {
    const { memory, clock } = this.parts;
    if (memory === undefined) return;
    const findAccount = (user: string): SipAccount | null => this.parts.findAccount(user);
    const still = { nowMs: clock.now(), findAccount, browsersStay };
    for (const binding of rememberedBindings(memory, still)) this.bindings.put(binding);
  }

  receive(request: SipRequest, response: SipResponse): void {
    const order = readRegister(request);
    if ("status" in order) {
      this.parts.log.warn({ ...sourceOf(request), status: order.status, why: order.why }, "registration refused");
      return response.send(
        order.status,
        order.status === 423 ? { headers: { "Min-Expires": `${shortestSeconds}` } } : {},
      );
    }
    const proof = authenticate(this.parts, request, 401);
    if (proof.kind === "challenge") {
      return challenge(this.parts, { request, response, status: 401, isStale: proof.isStale });
    }
    if (proof.kind === "refused") {
      const { username, why } = proof;
      this.parts.log.warn({ ...sourceOf(request), username: username.slice(0, 64), why }, "registration refused");
      return response.send(403);
    }
    if (!proof.account.users.includes(order.user)) {
      const { authorizationUser } = proof.account;
      this.parts.log.warn(
        { ...sourceOf(request), username: authorizationUser, why: "other address" },
        "registration refused",
      );
      return response.send(403);
    }
    this.apply(proof.account, order, request);
    return this.accept(proof.account, response);
  }

  /** The account is closed: its contacts are forgotten. */
  drop(authorizationUser: string): void {
    this.bindings.removeAll(authorizationUser);
  }

  /** The connections that browsers registered on are gone. */
  forgetBrowsers(): void {
    this.bindings.removeBrowsers();
  }

  close(): void {
    this.bindings.close();
  }

  private apply(account: SipAccount, order: RegisterOrder, request: SipRequest): void {
    const { contacts, registrationId, sequence } = order;
    if (contacts.kind === "query") return;
    if (contacts.kind === "remove-all") return this.bindings.removeAll(account.authorizationUser);
    for (const { device, expiresSeconds } of contacts.items) {
      const user = account.authorizationUser;
      if (this.bindings.isOutdated(user, device.uri, { registrationId, sequence })) continue;
      if (expiresSeconds === 0) {
        this.bindings.remove(user, device.uri);
        continue;
      }
      this.bindings.put({
        account,
        device,
        source: sourceOf(request),
        registrationId,
        sequence,
        expiresAtMs: this.parts.clock.now() + expiresSeconds * 1000,
      });
    }
  }

  private accept(account: SipAccount, response: SipResponse): void {
    const nowMs = this.parts.clock.now();
    const contacts = this.bindings
      .of(account.authorizationUser)
      .map(({ device, expiresAtMs }) => `<${device.uri}>;expires=${Math.round((expiresAtMs - nowMs) / 1000)}`);
    response.send(200, {
      headers: {
        Date: new Date(nowMs).toUTCString(),
        ...(contacts.length > 0 ? { Contact: contacts.join(", ") } : {}),
      },
    });
  }
}

export function sourceOf(request: SipRequest): { address: string; port: number; protocol: string } {
  return { address: request.source_address, port: Number(request.source_port), protocol: request.protocol };
}
