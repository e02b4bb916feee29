/** Whose turn it is: among several applications, slow ones and ones that left. */
import { describe, expect, it } from "vitest";
import { Applications, type Application } from "./applications.ts";

type Fake = Application & { isSlow: boolean; routes: Set<string> };

function connected(applications: Applications, name: string, tags: string[] = []): Fake {
  const application: Fake = {
    name,
    tags,
    routes: new Set(),
    isSlow: false,
    send: () => undefined,
    tell: () => 0,
    hasRead: () => undefined,
  };
  applications.add(application);
  return application;
}

function route(applications: Applications, application: Fake, verb: string): void {
  application.routes.add(verb);
  applications.route(application, verb);
}

const turns = (applications: Applications, verb: string, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => applications.next(verb)?.name);

describe("turns", () => {
  it("go round, for each method by itself", () => {
    const applications = new Applications();
    for (const name of ["a", "b", "c"]) {
      const application = connected(applications, name);
      route(applications, application, "invite");
      if (name !== "b") route(applications, application, "register");
    }
    expect(turns(applications, "invite", 2)).toEqual(["a", "b"]);
    expect(turns(applications, "register", 3)).toEqual(["a", "c", "a"]);
    expect(turns(applications, "invite", 2)).toEqual(["c", "a"]);
    expect(applications.next("options")).toBeUndefined();
  });

  it("pass over who left, and over who took one method back", () => {
    const applications = new Applications();
    const [a, b] = ["a", "b", "c"].map((name) => {
      const application = connected(applications, name);
      route(applications, application, "invite");
      route(applications, application, "message");
      return application;
    });
    applications.remove(a?.name ?? "");
    expect(turns(applications, "invite", 3)).toEqual(["b", "c", "b"]);
    if (b) applications.unroute(b, "invite");
    expect(turns(applications, "invite", 2)).toEqual(["c", "c"]);
    expect(turns(applications, "message", 2)).toEqual(["b", "c"]);
  });

  it("a route asked for twice counts once", () => {
    const applications = new Applications();
    const a = connected(applications, "a");
    route(applications, a, "invite");
    route(applications, a, "invite");
    route(applications, connected(applications, "b"), "invite");
    expect(turns(applications, "invite", 4)).toEqual(["a", "b", "a", "b"]);
  });

  it("one that cannot keep up is passed over while another one can", () => {
    const applications = new Applications();
    const a = connected(applications, "a");
    const b = connected(applications, "b");
    for (const each of [a, b]) route(applications, each, "invite");
    a.isSlow = true;
    expect(turns(applications, "invite", 3)).toEqual(["b", "b", "b"]);
    b.isSlow = true;
    expect(applications.next("invite")).toBeDefined();
  });

  it("by tag: only those that have it and the route", () => {
    const applications = new Applications();
    route(applications, connected(applications, "a", ["night"]), "invite");
    route(applications, connected(applications, "b", ["day"]), "invite");
    connected(applications, "c", ["day"]);
    expect(Array.from({ length: 2 }, () => applications.next("invite", "day")?.name)).toEqual(["b", "b"]);
    expect(applications.next("invite", "dusk")).toBeUndefined();
  });
});
