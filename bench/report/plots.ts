/** The plots of a report, as SVG. */
import { DROP_IN } from '../compat/parser.js';
import { CURVES, type Curve } from '../curves.js';
import type { SingleName } from '../encode.js';
import { barPlot, categories, draw, frame, LOG_AXIS, type Plot, type Series } from './draw.js';
import { findResult, type Report } from './report.js';

/** A contestant looks the same in every plot. */
const COLOURS: Readonly<Record<string, string>> = {
  'wasm-simd': '#0b62a4',
  'wasm-scalar': '#4aa3df',
  baseline: '#e07b00',
  'wasm-simd, topic and payload': '#8e44ad',
  'wasm-simd, packets': '#1a8f5a',
  'mqtt-packet': '#70757f',
};

/** What is measured where it is not the batch API. */
const SCANNERS_ALONE = 'the scanners alone';

const SHORT_TITLES: Readonly<Record<string, string>> = {
  A: 'small\nPUBLISH',
  B: 'QoS 1, PUBACK,\nPINGREQ',
  C: 'payload\n4 KiB',
  D: 'payload\n1 MiB',
  E: 'a frame\na chunk',
  F: 'a byte\na chunk',
  G: '5.0, seven\nproperties',
};

const PACKET_TITLES: Readonly<Record<SingleName, string>> = {
  publish: 'small\nPUBLISH',
  puback: 'PUBACK',
  subscribe: 'SUBSCRIBE',
  connect: 'CONNECT',
  publish5: '5.0, seven\nproperties',
};

const LETTERS = Object.keys(SHORT_TITLES);
const LETTER_LABELS = LETTERS.map((letter) => `${letter}: ${SHORT_TITLES[letter]}`);

/** Bars that say how many times as fast as mqtt-packet. */
function ratioBars(
  report: Report,
  name: string,
  alt: string,
  measured: string,
  labels: readonly string[],
  series: readonly Series[],
): Plot {
  const title = 'How many times as fast as mqtt-packet';
  const unit = `times, ${measured}, logarithmic; mqtt-packet is the line at 1`;
  return barPlot(report, { name, alt, title, unit, labels, series });
}

/** Our own API. */
function ratioPlot(report: Report): Plot {
  const ratiosOf = (kind: string) =>
    LETTERS.map((letter) => findResult(report, `${kind}/${letter}`, 'wasm-simd')?.ratio);
  const alt = 'How many times as fast as mqtt-packet, by case, batch API and packets';
  return ratioBars(report, 'ratios', alt, 'wasm-simd', LETTER_LABELS, [
    { name: 'batch API', colour: '#0b62a4', values: ratiosOf('batch') },
    { name: 'packets', colour: '#1a8f5a', values: ratiosOf('decode') },
  ]);
}

/** `parser()` with the API of mqtt-packet. */
function parserPlot(report: Report): Plot {
  const values = LETTERS.map(
    (letter) => findResult(report, `compat/parser/${letter}`, DROP_IN)?.ratio,
  );
  const alt = 'How many times as fast as mqtt-packet parser() is in its place, by case';
  return ratioBars(report, 'drop-in-parser', alt, "mqtt-packet's own API", LETTER_LABELS, [
    { name: 'parser()', colour: '#0b62a4', values },
  ]);
}

/** `generate()` and `writeToStream()` with the API of mqtt-packet. */
function writerPlot(report: Report): Plot {
  const ratiosOf = (kind: string) =>
    Object.keys(PACKET_TITLES).map(
      (name) => findResult(report, `compat/${kind}/${name}`, DROP_IN)?.ratio,
    );
  const alt =
    'How many times as fast as mqtt-packet generate() and writeToStream() are in its place, by packet';
  const labels = Object.values(PACKET_TITLES);
  return ratioBars(report, 'drop-in-writer', alt, "mqtt-packet's own API", labels, [
    { name: 'generate()', colour: '#1a8f5a', values: ratiosOf('generate') },
    { name: 'writeToStream()', colour: '#e07b00', values: ratiosOf('write') },
  ]);
}

/** A number on an axis; large numbers of bytes in KiB. */
function tick(value: number, axis: string): string {
  if (axis.includes('bytes') && value >= 1024 && value % 1024 === 0) return `${value / 1024} KiB`;
  return value.toLocaleString('en');
}

interface LineSeries extends Series {
  /** Whether it is the variant of a line with a colour like this, which alone stands in the legend. */
  readonly isDashed?: boolean;
}

function linePlot(
  report: Report,
  name: string,
  title: string,
  axis: string,
  xs: readonly number[],
  series: readonly LineSeries[],
  measured = 'batch API where nothing else is said',
): Plot {
  const there = series.filter(({ values }) => values.some((value) => value !== undefined));
  const alt = `${title}, in nanoseconds, one line a contestant`;
  return {
    name: `${name}.svg`,
    alt,
    svg: draw(alt, {
      ...frame(
        report,
        title,
        `ns a packet, logarithmic; ${measured}`,
        there.filter(({ isDashed }) => isDashed !== true).map((each) => each.name),
      ),
      xAxis: {
        ...categories(
          xs.map((x) => tick(x, axis)),
          axis,
        ),
        boundaryGap: false,
      },
      yAxis: LOG_AXIS,
      series: there.map(({ name: contestant, colour, values, isDashed = false }) => ({
        type: 'line',
        name: contestant,
        data: values.map((value) => value ?? null),
        connectNulls: true,
        symbol: 'circle',
        symbolSize: 6,
        itemStyle: { color: colour },
        lineStyle: { color: colour, width: 2, type: isDashed ? 'dashed' : 'solid' },
      })),
    }),
  };
}

/** A line for each contestant; or for each of those that are called so with `suffix` behind it. */
function seriesOf(
  report: Report,
  curve: Curve,
  xs: readonly number[],
  suffix: string = '',
): Series[] {
  return Object.entries(COLOURS).map(([name, colour]) => ({
    name: `${name}${suffix}`,
    colour,
    values: xs.map(
      (x) =>
        findResult(report, `growth/${curve.name}/${x}`, `${name}${suffix}`)?.nanosecondsPerPacket,
    ),
  }));
}

function curveNamed(name: string): Curve {
  return CURVES.find((curve) => curve.name === name) as Curve;
}

function curvePlot(report: Report, name: string, title: string, measured?: string): Plot {
  const curve = curveNamed(name);
  const { axis, xs } = curve;
  const series = seriesOf(report, curve, xs);
  return linePlot(report, name, title, axis, xs, series, measured);
}

/** ASCII and accented topics in one picture. */
function topicLengthPlot(report: Report, title: string): Plot {
  const ascii = curveNamed('topic-length');
  const accented = seriesOf(report, curveNamed('accented-topic-length'), ascii.xs);
  const axis = 'topic, bytes; dashed: accented';
  return linePlot(report, ascii.name, title, axis, ascii.xs, [
    ...seriesOf(report, ascii, ascii.xs),
    ...accented.map((series) => ({ ...series, name: `${series.name}, accented`, isDashed: true })),
  ]);
}

/** The same topics, scattered and colliding, in one picture. */
function collidingTopicsPlot(report: Report, title: string): Plot {
  const curve = curveNamed('colliding-topics');
  const colliding = seriesOf(report, curve, curve.xs, ', keys known');
  const axis = `${curve.axis}; dashed: all in one set of the dictionary`;
  const series = [
    ...seriesOf(report, curve, curve.xs),
    ...colliding.map((each) => ({ ...each, isDashed: true })),
  ];
  return linePlot(report, curve.name, title, axis, curve.xs, series, SCANNERS_ALONE);
}

/** All plots of a report that holds all cases. */
export function plotsOf(report: Report): Plot[] {
  return [
    ratioPlot(report),
    parserPlot(report),
    writerPlot(report),
    curvePlot(report, 'payload', 'A packet by the size of its payload'),
    curvePlot(report, 'topics', 'A packet by the number of topics'),
    collidingTopicsPlot(report, 'A packet by the number of topics that are chosen to collide'),
    topicLengthPlot(report, 'A packet by the length of its topic'),
    curvePlot(report, 'chunk', 'A small PUBLISH by the size of the chunks'),
    curvePlot(report, 'frame-a-chunk', 'A frame a chunk by its length', SCANNERS_ALONE),
    curvePlot(report, 'connections', 'A small PUBLISH a chunk by the number of connections'),
  ];
}
