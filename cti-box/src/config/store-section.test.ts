/** The section `store` of an office's configuration. */
import { expect, it } from "vitest";
import { placeOf, storeSchema } from "./store-section.ts";

const problemsOf = (postgres: object): string[] =>
  storeSchema.safeParse({ postgres }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

it("takes an address, with the schema named after the office where none is given", () => {
  const url = "postgres://la2@db.example/calls?sslmode=verify-full";
  expect(problemsOf({ url })).toEqual([]);
  expect(problemsOf({ url: "postgresql://127.0.0.1:5433/calls", schema: "urp_1" })).toEqual([]);
  expect(placeOf({ url }, "c_b180:AB12CD")).toEqual({ url, schema: "la2_c_b180_ab12cd" });
  expect(placeOf({ url, schema: "urp_1" }, "c_b180")).toEqual({ url, schema: "urp_1" });
});

it.each([
  [{ url: "db.example:5432" }, "postgres.url: is not an address such as"],
  [{ url: "mysql://db.example/calls" }, "postgres.url: is not an address such as"],
  [{ url: "postgres://db.example" }, "postgres.url: is not an address such as"],
  [{ url: "postgres://db.example/calls", schema: 'x"; DROP' }, "postgres.schema: may hold lower-case letters"],
  [{ url: "postgres://db.example/calls", schema: "pg_calls" }, "postgres.schema: begins with pg_"],
  [{ url: "postgres://db.example/calls", password: "x" }, "postgres: Unrecognized key"],
  [{}, "postgres.url: "],
])("%j is named", (postgres, expected) => {
  expect(problemsOf(postgres)).toEqual([expect.stringContaining(expected)]);
});
