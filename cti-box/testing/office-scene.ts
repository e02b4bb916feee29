/** A whole office with fakes at its edges and a clock moved by hand, for tests of the use cases. */
import { createOfficeBox } from "../src/application/office-box.ts";
import { CountingIds } from "./counting-ids.ts";
import { FakeMedia } from "./fake-media.ts";
import { FakeSignalling } from "./fake-signalling.ts";
import { HandMovedClock } from "./hand-moved-clock.ts";
import { RememberedHandlings } from "./remembered-handlings.ts";
import { RecordingLog } from "./recording-log.ts";
import { openTestStore, StoreWork } from "./test-store.ts";
import type { SpillLimits } from "../src/application/call-journal.ts";
import type { CallMedia } from "../src/application/call-media.ts";
import type { OfficeSettings } from "../src/application/office-settings.ts";
import { readTrunk } from "../src/config/read-trunk.ts";
import type { CallStore, IncomingInvite } from "../src/application/ports.ts";
import type { TrunkChanges, TrunkChangesStore, TrunkRules } from "../src/application/trunk-ports.ts";
import type { RestartMemory } from "../src/application/restart-memory.ts";
import type { PriceList } from "../src/domain/cost/price-list.ts";
import type { Reach } from "../src/domain/trunk/trunk-trial.ts";
import type { PublicCallEvent } from "../src/domain/call/call-view.ts";
import type { CallId, LegId, OperatorId } from "../src/domain/call/ids.ts";

export const anna = "anna" as OperatorId;
export const bruno = "bruno" as OperatorId;
/** Only in an office {@link withCarla}. */
export const carla = "carla" as OperatorId;

export function officeSettings(change: Partial<OfficeSettings> = {}): OfficeSettings {
  const operator = (login: string, extension: string) => ({
    login,
    displayName: login,
    extension,
    password: `password of ${login}`,
    queues: [],
  });
  return {
    office: { officeId: "x_test1", label: "Comune Uno" },
    sip: { domain: "uno.example" },
    trunks: [{ trunkId: "tim", addresses: ["192.0.2.1"] }],
    numbers: [{ number: "+390668888888", queueId: "urp" }],
    queues: [{ queueId: "urp", label: "URP", ringTimeoutSeconds: 20, maxWaitSeconds: 600, wrapUpSeconds: 0 }],
    operators: [operator("anna", "201"), operator("bruno", "202")],
    network: {
      offices: [
        {
          officeId: "x_test2",
          label: "Comune Due",
          status: "active",
          sip: { uri: "sip:192.0.2.2:5060", addresses: ["192.0.2.2"] },
        },
        {
          officeId: "x_test3",
          label: "Comune Tre",
          status: "suspended",
          sip: { uri: "sip:192.0.2.3:5060", addresses: ["192.0.2.3"] },
        },
      ],
      transferTimeoutSeconds: 30,
    },
    ...change,
  };
}

/** `media`: a real media server in place of the fake. */
type SceneSettings = OfficeSettings & {
  media?: CallMedia;
  keptTrunks?: TrunkChanges;
  prices?: PriceList;
  memory?: RestartMemory;
};

/** An office with Carla as the third operator. `citizensRing`: at whose phones. */
export function withCarla({
  displayName = "carla",
  citizensRing = "everywhere",
}: { displayName?: string; citizensRing?: "everywhere" | "at-carla" } = {}): OfficeSettings {
  const settings = officeSettings();
  const [template] = settings.operators;
  if (template === undefined) throw new Error("no operator");
  const third = { ...template, login: "carla", displayName, extension: "203" };
  if (citizensRing === "everywhere") return { ...settings, operators: [...settings.operators, third] };
  const others = settings.operators.map((one) => ({ ...one, queues: ["none"] }));
  return { ...settings, operators: [...others, { ...third, queues: ["urp"] }] };
}

export class OfficeScene {
  readonly clock = new HandMovedClock();
  readonly ids = new CountingIds();
  readonly sip = new FakeSignalling();
  readonly media = new FakeMedia();
  readonly log = new RecordingLog();
  /** What a look at a carrier's way finds. */
  readonly reach = {
    found: { kind: "name-unknown", name: "carrier.example" } as Reach,
    look: async () => this.reach.found,
  };
  /** Where carriers' calls come from, as the stack knows it. */
  spared: readonly string[] = [];
  /** Trunks changed at run time, as they would be kept in a file. */
  keptTrunks: TrunkChanges;
  writesFail = false;
  readonly events: PublicCallEvent[] = [];
  readonly handlings = new RememberedHandlings();
  readonly store: CallStore;
  private readonly work = new StoreWork();
  readonly box: ReturnType<typeof createOfficeBox>;

  private constructor(config: SceneSettings, given: CallStore, spill?: SpillLimits) {
    this.store = this.work.counted(given);
    this.keptTrunks = config.keptTrunks ?? { trunks: {}, history: [] };
    const { sip, media, clock, ids, log, store } = this;
    this.box = createOfficeBox({
      config,
      sip,
      reach: this.reach,
      spareCarriers: (addresses) => (this.spared = addresses),
      ...(config.memory !== undefined && { memory: config.memory }),
      trunkChanges: this.trunkChanges(config),
      prices: config.prices ?? null,
      media: config.media ?? media,
      store,
      handlings: this.handlings,
      clock,
      ids,
      log,
      ...(spill && { spill }),
    });
    this.box.queries.onEvent((event) => this.events.push(event));
  }

  private trunkChanges(config: OfficeSettings) {
    const store: TrunkChangesStore = {
      read: () => this.keptTrunks,
      write: (changes) => {
        if (this.writesFail) throw new Error("disk full");
        this.keptTrunks = changes;
      },
    };
    const rules: TrunkRules = {
      read: (given, others) =>
        readTrunk(given, others, {
          numbers: [...config.numbers],
          costs: undefined,
          media: { kind: "relay", listenAddress: "127.0.0.1" },
        }),
    };
    return { store, rules };
  }

  /** `prepare`: what is out there already when the box starts. */
  static async open(
    config: SceneSettings = officeSettings(),
    given: CallStore | null = null,
    prepare: (sip: FakeSignalling, handlings: RememberedHandlings) => void = () => undefined,
  ): Promise<OfficeScene> {
    const scene = new OfficeScene(config, given ?? (await openTestStore()));
    prepare(scene.sip, scene.handlings);
    await scene.box.start();
    return scene;
  }

  /** An office that keeps so much in memory while its store cannot be written. */
  static async openWithSpill(store: CallStore, spill: SpillLimits): Promise<OfficeScene> {
    const scene = new OfficeScene(officeSettings(), store, spill);
    await scene.box.start();
    return scene;
  }

  /** Signs an operator in with a softphone that is registered. */
  signIn(operatorId: OperatorId): void {
    this.box.desk.pageJoined(operatorId, `page-${operatorId}`);
    this.register(operatorId, "session");
  }

  register(operatorId: OperatorId, account: "session" | "phone"): void {
    const media = account === "session" ? "webrtc" : "rtp";
    const device = { uri: `sip:${operatorId}@${account}.invalid`, nextHop: null, media } as const;
    this.sip.host?.registrationsChanged(operatorId, [{ account, device }]);
  }

  invite(change: Partial<IncomingInvite> = {}): IncomingInvite {
    return {
      legId: this.ids.legId(),
      source: { kind: "trunk", trunkId: "tim" },
      requestedUser: "+390668888888",
      requestedHost: "uno.example",
      from: { user: "+393331234567", displayName: null },
      asserted: null,
      isPrivate: false,
      userToUser: [],
      sessionId: null,
      sourceOffice: null,
      isSecured: false,
      transferHeader: null,
      replaces: null,
      media: "rtp",
      sdp: "caller's offer",
      ...change,
    };
  }

  /** A citizen calls; returns the caller's leg. */
  async call(change: Partial<IncomingInvite> = {}): Promise<LegId> {
    const invite = this.invite(change);
    this.sip.invite(invite);
    await this.settle();
    return invite.legId;
  }

  async answer(uriPart: string): Promise<LegId> {
    const legId = this.sip.legTo(uriPart);
    this.sip.hear({ type: "leg-answered", legId, sdp: `answer of ${uriPart}` });
    await this.settle();
    return legId;
  }

  /** Lets everything under way finish; nothing here waits for time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 8; quiet = this.work.isUnderWay() ? 0 : quiet + 1) await new Promise(setImmediate);
  }

  eventTypes(): string[] {
    return this.events.map((event) => event.type);
  }

  lastCallId(): CallId {
    const event = this.events.at(-1);
    if (event === undefined) throw new Error("nothing has happened yet");
    return event.call.callId;
  }
}
