// Small plots over layers. A plot has panels above each other with one x axis; a panel has curves, points or bands.

const left = 52;
const right = 10;
const inset = 14;

// A linear scale, or a logarithmic one where all values are positive and log is asked for.
const scaleOf = (from, to, begin, end, log) => {
  const map = log ? Math.log10 : (value) => value;
  const [low, high] = [map(from), map(to)];
  return (value) => (high === low ? (begin + end) / 2 : begin + ((map(value) - low) / (high - low)) * (end - begin));
};

const decades = (from, to) => {
  const result = [];
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 4));
  for (let power = first; power <= last; power += step) {
    result.push(10 ** power);
  }
  return result;
};

// Panel: { label, height, from, to, log, marks: [{ type, points: [[x, y] or [x, low, high]] }] }
const plot = (width, panels, domain, xLabel) => {
  const heights = panels.map((panel) => panel.height);
  const gap = 22;
  const total = heights.reduce((sum, each) => sum + each + gap, 0) + 34;
  const picture = draw('svg', { width, height: total, viewBox: `0 0 ${width} ${total}` });
  const x = scaleOf(domain[0], domain[1], left + inset, width - right - inset);
  let top = gap;
  for (const panel of panels) {
    const y = scaleOf(panel.from, panel.to, top + panel.height - 3, top + 3, panel.log);
    picture.append(draw('text', { x: 0, y: top - 9 }, panel.label));
    const lines = panel.log ? decades(panel.from, panel.to) : ticks(panel.from, panel.to, panel.height / 22);
    for (const value of lines) {
      picture.append(draw('line', { class: 'axis', x1: left, x2: width - right, y1: y(value), y2: y(value) }));
      picture.append(draw('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, measure(value, 3)));
    }
    for (const mark of panel.marks) {
      paintMark(picture, mark, x, y, top + panel.height - 3);
    }
    top += panel.height + gap;
  }
  const foot = top - gap + 4;
  picture.append(draw('line', { class: 'axis', x1: left, x2: width - right, y1: foot, y2: foot }));
  for (const value of ticks(domain[0], domain[1], (width - left - right) / 44, 1)) {
    picture.append(draw('text', { x: x(value), y: foot + 14, 'text-anchor': 'middle' }, String(value)));
  }
  picture.append(draw('text', { x: (left + width - right) / 2, y: foot + 28, 'text-anchor': 'middle' }, xLabel));
  return { picture, x, height: foot };
};

const paintMark = (picture, mark, x, y, ground) => {
  if (mark.points.length === 0) {
    return;
  }
  const at = (value) => value.toFixed(1);
  const joined = (points) => points.map(([px, py]) => `${at(x(px))},${at(y(py))}`).join(' ');
  if (mark.type === 'curve') {
    picture.append(draw('polyline', { class: 'curve', points: joined(mark.points) }));
    if (mark.points.length <= 64) {
      for (const [px, py] of mark.points) {
        picture.append(draw('circle', { class: 'point', cx: at(x(px)), cy: at(y(py)), r: 2.2 }));
      }
    }
  } else if (mark.type === 'columns') {
    const wide = Math.max(1, Math.min(18, mark.step(x) * 0.7));
    for (const [px, py] of mark.points) {
      const high = Math.max(1, ground - y(py));
      picture.append(draw('rect', { class: 'column', x: at(x(px) - wide / 2), y: at(ground - high), width: at(wide), height: at(high) }));
    }
  } else if (mark.type === 'zeros') {
    for (const [px] of mark.points) {
      picture.append(draw('circle', { class: 'hollow', cx: at(x(px)), cy: at(ground - 3), r: 2.6 }));
    }
  } else {
    const low = mark.points.map(([px, py]) => [px, py]);
    const high = mark.points.map(([px, , py]) => [px, py]).reverse();
    const only = mark.points.length === 1 ? 3 : 0;
    const outline = only ? [[low[0][0], low[0][1]], [high[0][0], high[0][1]]] : [...low, ...high];
    picture.append(draw('polygon', { class: mark.type, points: joined(outline) }));
  }
};

// A figure that draws itself to its width; the pointer and the arrow keys read its values.
const figure = (caption, xs, paint, describe) => {
  const box = make('figure', { className: 'plot' });
  const title = make('figcaption', {}, caption);
  box.append(title);
  responsiveFigure(box, (width) => {
    const { picture, x, height } = paint(width);
    picture.setAttribute('tabindex', '0');
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', title.textContent);
    const cursor = draw('line', { class: 'cursor', y1: 14, y2: height, visibility: 'hidden' });
    picture.append(cursor);
    let chosen = -1;
    const choose = (index, px, py) => {
      chosen = Math.max(0, Math.min(xs.length - 1, index));
      const at = x(xs[chosen]);
      cursor.setAttribute('x1', at);
      cursor.setAttribute('x2', at);
      cursor.setAttribute('visibility', 'visible');
      const place = picture.getBoundingClientRect();
      tip.show(describe(xs[chosen]), px ?? place.left + at, py ?? place.top + height / 2);
    };
    const leave = () => {
      chosen = -1;
      cursor.setAttribute('visibility', 'hidden');
      tip.hide();
    };
    picture.addEventListener('pointermove', (event) => {
      const offset = event.clientX - picture.getBoundingClientRect().left;
      let nearest = 0;
      xs.forEach((value, index) => {
        if (Math.abs(x(value) - offset) < Math.abs(x(xs[nearest]) - offset)) {
          nearest = index;
        }
      });
      choose(nearest, event.clientX, event.clientY);
    });
    picture.addEventListener('pointerleave', leave);
    picture.addEventListener('blur', leave);
    picture.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (step) {
        event.preventDefault();
        choose(chosen < 0 ? 0 : chosen + step);
      }
    });
    return picture;
  });
  return box;
};

const responsiveFigure = (box, paint) => {
  let picture = null;
  const repaint = (width) => {
    const fresh = paint(width);
    if (picture) {
      picture.replaceWith(fresh);
    } else {
      box.append(fresh);
    }
    picture = fresh;
  };
  // The figure has a width only once it is on the page.
  requestAnimationFrame(() => responsive(box, repaint));
};

// Figures in a grid; the first of them until all are asked for.
const figures = (list, most) => {
  const grid = make('div', { className: 'plots' });
  const box = make('div', {}, grid);
  grid.append(...list.slice(0, most).map((build) => build()));
  if (list.length > most) {
    const more = make('button', { type: 'button', textContent: `Show all ${whole(list.length)} plots` });
    const line = make('p', { className: 'more' }, more);
    more.addEventListener('click', () => {
      line.remove();
      grid.append(...list.slice(most).map((build) => build()));
    });
    box.append(line);
  }
  return box;
};
