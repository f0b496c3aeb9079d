// Norm and spread of each repeated kind of tensor over the layers.

// One value for all tensors of a kind in a layer (a mixture of experts has many): as if they were one tensor.
const together = (tensors) => {
  const all = tensors.map((tensor) => tensor.statistics).filter((each) => each && known(each.mean));
  if (all.length === 0) {
    return null;
  }
  const finite = (each) => each.elements - each.nan - each.infinite;
  const number = all.reduce((sum, each) => sum + finite(each), 0);
  const mean = all.reduce((sum, each) => sum + each.mean * finite(each), 0) / number;
  const spread = all.reduce((sum, each) => sum + ((each.std ?? 0) ** 2 + (each.mean - mean) ** 2) * finite(each), 0);
  return {
    l2Norm: Math.sqrt(all.reduce((sum, each) => sum + (each.l2Norm ?? 0) ** 2, 0)),
    mean,
    std: Math.sqrt(spread / number),
    min: all.reduce((least, each) => Math.min(least, each.min), Infinity),
    max: all.reduce((most, each) => Math.max(most, each.max), -Infinity),
  };
};

const layersSection = (model) => {
  const { repeated, others } = byKind(model.tensors);
  const part = section('Layer by layer');
  const measured = model.tensors.some((tensor) => tensor.statistics);
  if (!measured) {
    part.append(note('The elements were not read, so there are no norms and spreads.'));
    return;
  }
  if (repeated.length === 0) {
    part.append(note('No kind of tensor repeats over numbered layers.'));
  } else {
    part.append(note('Above, the L2 norm of each tensor; below, its values: the line is the mean, the dark band one '
      + 'standard deviation to both sides, the light band everything from the least to the greatest.'));
  }
  for (const [stack, kinds] of stacksOf(repeated)) {
    const domain = domainOf(kinds);
    part.append(make('h3', {}, named(stack || 'Numbered tensors'), ` ${domain[0]}–${domain[1]}`));
    part.append(figures(kinds.map((kind) => () => kindFigure(kind, domain)), 36));
  }
  if (others.length) {
    part.append(make('h3', { textContent: repeated.length ? 'Outside the layers' : 'All tensors' }));
    const value = (key) => (row) => row.statistics?.[key];
    part.append(table('Tensors outside the layers', others, [
      column.name(),
      column.measure('L2 norm', value('l2Norm')),
      column.measure('Mean', value('mean')),
      column.measure('Std', value('std')),
      column.measure('Min', value('min')),
      column.measure('Max', value('max')),
      column.shape(),
    ]));
  }
};

// Room above and below, and ends that differ.
const padded = (values, zero) => {
  let [from, to] = [zero ? 0 : Infinity, zero ? 0 : -Infinity];
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (from === to) {
    const room = Math.abs(from) || 1;
    return [zero ? 0 : from - room / 2, to + room / 2];
  }
  return [from, to];
};

const kindFigure = ({ kind, layers }, domain) => {
  const found = [...layers].sort((a, b) => a[0] - b[0]).map(([at, tensors]) => [at, together(tensors)]);
  const points = found.filter(([, values]) => values);
  const pick = (...keys) => points.map(([at, values]) => [at, ...keys.map((key) => values[key])]);
  const spread = points.map(([at, values]) => [at, values.mean - values.std, values.mean + values.std]);
  const caption = named(kind || 'each');
  if (points.length === 0) {
    return make('figure', { className: 'plot' }, make('figcaption', {}, caption), note('Not measured.'));
  }
  const [normFrom, normTo] = padded(points.map(([, values]) => values.l2Norm), true);
  const [from, to] = padded(points.flatMap(([, values]) => [values.min, values.max]), false);
  const panels = [
    { label: 'L2 norm', height: 62, from: normFrom, to: normTo, marks: [{ type: 'curve', points: pick('l2Norm') }] },
    {
      label: 'values',
      height: 78,
      from,
      to,
      marks: [
        { type: 'wide-band', points: pick('min', 'max') },
        { type: 'band', points: spread },
        { type: 'curve', points: pick('mean') },
      ],
    },
  ];
  const values = new Map(points);
  const xs = points.map(([at]) => at);
  return figure(caption, xs, (width) => plot(width, panels, domain, 'layer'), (at) => {
    const each = values.get(at);
    const many = layers.get(at).length;
    return [
      `Layer ${at}${many > 1 ? `, ${whole(many)} tensors together` : ''}`,
      `L2 norm ${measure(each.l2Norm, 5)}`,
      `mean ${measure(each.mean)}, std ${measure(each.std)}`,
      `${measure(each.min)} to ${measure(each.max)}`,
    ];
  });
};
