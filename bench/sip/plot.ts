/** Processor time per 1,000 calls over the rate, one line for each server, as SVG; a step that was not passed is hollow. */
import type { Report, ServerFigures } from "./report.ts";

const width = 720;
const height = 400;
const margin = { left: 64, right: 24, top: 40, bottom: 56 } as const;
const colours = ["#0066cc", "#a66300", "#008758", "#d9364f"];

export function plotOf({ servers, machine }: Report): string {
  const steps = servers.flatMap((server) => server.steps);
  const rateTick = roundStep(Math.max(100, ...steps.map(({ rate }) => rate)) / 6);
  const cpuTick = roundStep(Math.max(0.5, ...steps.map(cpuOf)) / 5);
  const largestRate = upTo(Math.max(100, ...steps.map(({ rate }) => rate)), rateTick);
  const largestCpu = upTo(Math.max(0.5, ...steps.map(cpuOf)), cpuTick);
  const x = (rate: number): number => margin.left + (rate / largestRate) * (width - margin.left - margin.right);
  const y = (cpu: number): number =>
    height - margin.bottom - (cpu / largestCpu) * (height - margin.top - margin.bottom);
  const ticks = (largest: number, step: number): number[] =>
    Array.from({ length: Math.round(largest / step) + 1 }, (_each, index) => step * index);
  const grid = [
    ...ticks(largestCpu, cpuTick).map(
      (cpu) =>
        line(margin.left, y(cpu), width - margin.right, y(cpu)) +
        text(margin.left - 8, y(cpu) + 4, cpu.toFixed(2), "end"),
    ),
    ...ticks(largestRate, rateTick).map((rate) =>
      text(x(rate), height - margin.bottom + 20, rate.toFixed(0), "middle"),
    ),
  ];
  const curves = servers.map((server, index) =>
    curve(server, { x, y, colour: colours[index % colours.length] ?? "#000" }),
  );
  const legend = servers.map(
    ({ name }, index) =>
      `<rect x="${margin.left + 12 + index * 170}" y="14" width="12" height="12" fill="${colours[index % colours.length]}"/>${text(margin.left + 30 + index * 170, 24, name, "start")}`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>CPU-seconds per 1,000 calls, server and application together, ${machine.date}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...grid,
    ...curves,
    ...legend,
    text((width + margin.left) / 2, height - 14, "calls per second", "middle"),
    `<g transform="rotate(-90 16 ${height / 2})">${text(16, height / 2, "CPU-seconds per 1,000 calls", "middle")}</g>`,
    "</svg>",
    "",
  ].join("\n");
}

/** 1, 2 or 5 times a power of ten, not below `least`: what people count in. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least) ?? 10;
  return factor * power;
}

/** The next multiple of `step` that is not below `value`. */
function upTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function cpuOf(step: { cpuServer: number; cpuApplication: number }): number {
  return step.cpuServer + step.cpuApplication;
}

type Scale = { x: (rate: number) => number; y: (cpu: number) => number; colour: string };

function curve({ steps }: ServerFigures, { x, y, colour }: Scale): string {
  const points = steps.map((step) => `${x(step.rate).toFixed(1)},${y(cpuOf(step)).toFixed(1)}`);
  const dots = steps.map((step) => {
    const place = `cx="${x(step.rate).toFixed(1)}" cy="${y(cpuOf(step)).toFixed(1)}" r="4"`;
    return `<circle ${place} stroke="${colour}" stroke-width="2" fill="${step.passed ? colour : "#fff"}"/>`;
  });
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(" ")}"/>${dots.join("")}`;
}

function line(...[x1, y1, x2, y2]: [number, number, number, number]): string {
  return `<line x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}" stroke="#ddd"/>`;
}

function text(...[x, y, words, anchor]: [number, number, string, "start" | "middle" | "end"]): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#333">${words.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
}
