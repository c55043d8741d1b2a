// SPDX-License-Identifier: Apache-2.0
// Draws the charts of each section, from the JSON in the page. An engine has the same colour in all of them.
'use strict';
(() => {
  // After Paul Tol's "bright" and "vibrant" schemes, which the colour-blind can tell apart.
  const COLOURS = ['#4477aa', '#ee7733', '#228833', '#cc3377', '#66aabb', '#aa9900', '#9955bb', '#777777', '#dd4444'];
  const [X, Y, LOW, HIGH, MARKED] = [0, 1, 2, 3, 4];
  const sections = JSON.parse(document.getElementById('data').textContent);
  const names = [];
  for (const line of sections.flat().flatMap((chart) => chart.lines)) {
    if (!names.includes(line.name)) {
      names.push(line.name);
    }
  }
  const colour = (name) => COLOURS[names.indexOf(name) % COLOURS.length];
  const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // From the lowest to the highest of several rounds.
  const ranges = {
    id: 'ranges',
    afterDatasetsDraw(drawn) {
      const pen = drawn.ctx;
      pen.save();
      pen.strokeStyle = themed('--text');
      drawn.data.datasets.forEach((dataset, i) => {
        if (!dataset.ranges || !drawn.isDatasetVisible(i)) {
          return;
        }
        const scale = drawn.scales[dataset.xAxisID || 'x'];
        drawn.getDatasetMeta(i).data.forEach((bar, j) => {
          const range = dataset.ranges[j];
          if (range && range[0] < range[1]) {
            pen.beginPath();
            pen.moveTo(scale.getPixelForValue(range[0]), bar.y);
            pen.lineTo(scale.getPixelForValue(range[1]), bar.y);
            pen.stroke();
          }
        });
      });
      pen.restore();
    },
  };

  // The script's own format has three digits after the point whatever the size.
  const short = (value) => new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3}).format(value);

  function bars(chart) {
    const places = chart.labels.map((_, i) => i);
    const datasets = chart.lines.map((line) => {
      const at = new Map(line.points.map((point) => [point[X], point]));
      return {
        label: line.name,
        data: places.map((i) => at.get(i)?.[Y] ?? null),
        ranges: places.map((i) => at.get(i)?.slice(LOW, HIGH + 1)),
        backgroundColor: colour(line.name),
      };
    });
    const seen = datasets.flatMap((dataset) => dataset.data).filter((value) => value > 0);
    const powers = Math.max(...seen) > 50 * Math.min(...seen) && chart.labels.length > 1;
    return {
      type: 'bar',
      data: {labels: chart.labels, datasets},
      plugins: [ranges],
      options: {
        indexAxis: 'y',
        scales: {
          x: {
            type: powers ? 'logarithmic' : 'linear',
            beginAtZero: !powers,
            suggestedMax: Math.max(...chart.lines.flatMap((line) => line.points.map((point) => point[HIGH] ?? point[Y] ?? 0))),
            title: {display: powers, text: 'powers of ten'},
          },
        },
      },
    };
  }

  function lines(chart) {
    const labelled = chart.labels.length > 0;
    const datasets = chart.lines.map((line) => ({
      label: line.name,
      data: line.points.map((point) => ({x: labelled ? chart.labels[point[X]] : point[X], y: point[Y]})),
      borderColor: colour(line.name),
      backgroundColor: colour(line.name),
      borderWidth: 1.5,
      pointRadius: line.points.map((point) => (point[MARKED] ? 6 : labelled ? 2 : 0)),
      pointStyle: line.points.map((point) => (point[MARKED] ? 'triangle' : 'circle')),
      pointHitRadius: 6,
    }));
    return {
      type: 'line',
      data: {labels: labelled ? chart.labels : undefined, datasets},
      options: {
        scales: {
          x: {type: labelled ? 'category' : 'linear', title: {display: true, text: chart.axis}},
          y: {type: chart.kind === 'POWERS' ? 'logarithmic' : 'linear', beginAtZero: true},
        },
      },
    };
  }

  // One entry for an engine, whichever the number of its rounds; it shows and hides all of them.
  const legend = {
    position: 'bottom',
    labels: {
      boxWidth: 12,
      generateLabels(drawn) {
        const all = Chart.defaults.plugins.legend.labels.generateLabels(drawn);
        return all.filter((item, i) => all.findIndex((other) => other.text === item.text) === i);
      },
    },
    onClick(event, item, shown) {
      const drawn = shown.chart;
      const visible = !drawn.isDatasetVisible(item.datasetIndex);
      drawn.data.datasets.forEach((dataset, i) => {
        if (dataset.label === item.text) {
          drawn.setDatasetVisibility(i, visible);
        }
      });
      drawn.update();
    },
  };

  function draw(box, chart) {
    const config = chart.kind === 'BARS' ? bars(chart) : lines(chart);
    for (const axis of Object.values(config.options.scales)) {
      axis.grid = {color: themed('--line')};
    }
    const numbers = config.type === 'bar' ? [config.options.scales.x] : [config.options.scales.y];
    if (config.type === 'line' && !chart.labels.length) {
      numbers.push(config.options.scales.x);
    }
    for (const axis of numbers) {
      const powers = axis.type === 'logarithmic';
      axis.ticks = {
        callback: (value) => (powers && !Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6) ? null : short(value)),
        maxTicksLimit: 8,
      };
    }
    Object.assign(config.options, {
      animation: false,
      maintainAspectRatio: false,
      interaction: {mode: 'nearest', intersect: false},
      plugins: {legend},
    });
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', chart.title);
    box.replaceChildren(canvas);
    return new Chart(canvas, config);
  }

  const drawn = new Map();
  function show(box, chart) {
    Chart.defaults.color = themed('--text');
    drawn.get(box)?.destroy();
    drawn.set(box, draw(box, chart));
  }

  const boxes = new Map();
  // Drawn when it comes near: a page may have hundreds.
  const near = new IntersectionObserver(
    (entries) =>
      entries
        .filter((entry) => entry.isIntersecting && !drawn.has(entry.target))
        .forEach((entry) => show(entry.target, boxes.get(entry.target))),
    {rootMargin: '50% 0px'},
  );
  document.querySelectorAll('.charts').forEach((place, i) => {
    for (const chart of sections[i]) {
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      caption.textContent = chart.title + (chart.marks ? ' (triangles: ' + chart.marks + ')' : '');
      const box = document.createElement('div');
      if (chart.kind === 'BARS') {
        box.style.height = 5 + chart.labels.length * (1 + chart.lines.length * 0.75) + 'rem';
      }
      figure.append(caption, box);
      place.append(figure);
      boxes.set(box, chart);
      near.observe(box);
    }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const box of drawn.keys()) {
      show(box, boxes.get(box));
    }
  });
})();
