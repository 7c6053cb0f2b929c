/** What all plots have, and how they become SVG. */
import { BarChart, LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { describeRun } from './about.js';
import { figure, type Report } from './report.js';

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

export interface Plot {
  /** Name of the file, without its folder. */
  readonly name: string;
  /** What stands where the picture cannot be seen. */
  readonly alt: string;
  readonly svg: string;
}

const WIDTH = 900;
const HEIGHT = 480;
const INK = '#1f2430';
const FAINT = '#6b7280';
const LINES = '#e3e6eb';
const FONT = 'system-ui, Helvetica, Arial, sans-serif';

/** On what something was measured, which stands under each plot. */
export type About = Pick<Report, 'machine' | 'commit'>;

export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | undefined)[];
}

/** What all plots have: a white ground, a title with the unit, and on which machine it was. */
export function frame(about: About, title: string, unit: string, names: readonly string[]) {
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, color: INK },
    title: [
      {
        text: title,
        subtext: unit,
        left: 16,
        top: 8,
        itemGap: 4,
        textStyle: { fontSize: 17, fontWeight: 600, color: INK, fontFamily: FONT },
        subtextStyle: { fontSize: 13, color: FAINT, fontFamily: FONT },
      },
      {
        text: describeRun(about),
        left: 16,
        bottom: 8,
        textStyle: { fontSize: 11, fontWeight: 400, color: FAINT, fontFamily: FONT },
      },
    ],
    legend: {
      data: [...names],
      left: 16,
      top: 56,
      itemWidth: 18,
      itemHeight: 10,
      itemGap: 32,
      textStyle: { fontSize: 13, color: INK, fontFamily: FONT },
    },
    grid: { left: 70, right: 24, top: 92, bottom: 90 },
  } as const;
}

export function categories(labels: readonly string[], name = '') {
  return {
    type: 'category',
    data: [...labels],
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: { fontSize: 13, color: INK },
    axisLabel: { fontSize: 12, color: INK, interval: 0 },
    axisTick: { alignWithLabel: true },
    axisLine: { lineStyle: { color: FAINT } },
  } as const;
}

export const LOG_AXIS = {
  type: 'log',
  axisLabel: { fontSize: 12, color: INK, formatter: (value: number) => value.toLocaleString('en') },
  splitLine: { lineStyle: { color: LINES } },
} as const;

/** Draws, with one decimal in the coordinates, which is less than anybody can see. */
export function draw(alt: string, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  const tags = svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  );
  // Without what happens under a mouse, and with identifiers that do not count up from plot to plot.
  const still = tags.replace(/<style.*?<\/style>/gs, '').replace(/ class="[^"]*"/g, '');
  const titled = still.replace('>', `><title>${alt}</title>`);
  return `${titled.replaceAll(/\bzr\d+-/g, 'zr-').replaceAll('><', '>\n<')}\n`;
}

/** What bars are drawn of. */
export interface Bars {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly alt: string;
  readonly title: string;
  readonly unit: string;
  /** What stands under each group of bars. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
}

/** Bars that say how many times as fast as what is the line at 1. */
export function barPlot(about: About, { name, alt, title, unit, labels, series }: Bars): Plot {
  return {
    name: `${name}.svg`,
    alt,
    svg: draw(alt, {
      ...frame(
        about,
        title,
        unit,
        series.map((each) => each.name),
      ),
      xAxis: categories(labels),
      yAxis: { ...LOG_AXIS, min: 0.5 },
      series: series.map(({ name: contestant, colour, values }, index) => ({
        type: 'bar',
        name: contestant,
        data: values.map((value) => value ?? null),
        itemStyle: { color: colour },
        barMaxWidth: 38,
        label: {
          show: true,
          position: 'top',
          fontSize: 12,
          color: INK,
          formatter: ({ value }: { value: number }) => figure(value),
        },
        ...(index === 0 && {
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: INK, type: 'solid', width: 1 },
            data: [{ yAxis: 1 }],
          },
        }),
      })),
    }),
  };
}
