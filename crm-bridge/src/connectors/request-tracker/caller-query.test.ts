import { describe, expect, test } from "vitest";
import { callerMatch, coarseQuery, exactQuery } from "./caller-query.ts";
import { foundTicketSchema, type FoundTicket } from "./rest-answers.ts";

const question = { phone: "+393315550123", country: "IT", phoneField: "Telefono" };

function ticketWith(requestor: object[], customFields: object[] = []): FoundTicket {
  return foundTicketSchema.parse({
    id: "7",
    Subject: "Lampione",
    Status: "open",
    LastUpdated: "2026-11-23T16:53:14Z",
    Requestor: requestor,
    CustomFields: customFields,
  });
}

describe("a number as people write it is the caller's", () => {
  test.each(["+393315550123", "0039 331 555 0123", "331-5550123", "(331) 555.01.23", "+39 331/5550123", "3315550123"])(
    "%s",
    (written) => {
      expect(callerMatch(ticketWith([{ MobilePhone: written }]), question)).toBe("same");
      expect(callerMatch(ticketWith([], [{ name: "Telefono", values: [written] }]), question)).toBe("same");
    },
  );
});

describe("another number is not, however alike", () => {
  test.each(["+393315550124", "33155501230", "+43 3315550123", "3 3 9 1 5 5 5 0 1 2 3", "none"])("%s", (written) => {
    expect(callerMatch(ticketWith([{ MobilePhone: written }]), question)).toBe("other");
  });
  test("the number in a custom field of another name", () => {
    const fields = [{ name: "Fax", values: [question.phone] }];
    expect(callerMatch(ticketWith([{ MobilePhone: "06 1234" }], fields), question)).toBe("other");
  });
});

test("a requestor whose numbers the account may not see is neither", () => {
  expect(callerMatch(ticketWith([{ MobilePhone: "", WorkPhone: null }]), question)).toBe("unseen");
  expect(callerMatch(ticketWith([{}]), question)).toBe("unseen");
});

test("the search is coarse: the digits in their order, in every place for numbers", () => {
  expect(coarseQuery({ phone: "+390695550100", country: "IT", phoneField: "Telefono" })).toBe(
    "Status = '__Active__' AND (Requestor.MobilePhone LIKE '0%6%9%5%5%5%0%1%0%0' OR Requestor.WorkPhone LIKE '0%6%9%5%5%5%0%1%0%0'" +
      " OR Requestor.HomePhone LIKE '0%6%9%5%5%5%0%1%0%0' OR CF.{Telefono} LIKE '0%6%9%5%5%5%0%1%0%0')",
  );
});

test.each(["' OR id > 0 OR Subject = '", "+39'331", "anonymous", "", "+39", "3315550123"])(
  "%j gets into no query",
  (phone) => {
    expect(coarseQuery({ ...question, phone })).toBeNull();
    expect(exactQuery({ ...question, phone }, ["1"])).toBeNull();
  },
);
