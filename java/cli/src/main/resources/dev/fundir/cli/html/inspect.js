// The report of a model.

const title = (model) => {
  const report = document.getElementById('report');
  const name = model.path.split(/[\\/]/).filter(Boolean).pop() ?? model.path;
  document.title = `${name} – fundir`;
  const facts = make('dl', { className: 'facts' });
  fact(facts, 'Size', bytes(model.byteSize), model.files.length > 1 ? `in ${plural(model.files.length, 'file')}` : '');
  fact(facts, 'Parameters', count(model.parameterCount), whole(model.parameterCount));
  fact(facts, 'Tensors', whole(model.tensorCount));
  const { family, layers, hiddenSize, vocabSize } = model.architecture ?? {};
  const sizes = [
    known(layers) ? plural(layers, 'layer') : '',
    known(hiddenSize) ? `hidden ${whole(hiddenSize)}` : '',
    known(vocabSize) ? `vocabulary ${whole(vocabSize)}` : '',
  ].filter(Boolean);
  if (family || sizes.length) {
    fact(facts, 'Architecture', family ?? 'unknown', sizes.join(', '));
  }
  fact(facts, 'Format', model.format);
  report.replaceChildren(
    make('h1', { textContent: name }),
    make('p', { className: 'path' }, named(model.path)),
    facts,
  );
  notFinite(model, report);
};

// NaN and infinite values in words, above everything else.
const notFinite = (model, report) => {
  const measured = model.tensors.filter((tensor) => tensor.statistics);
  const spoilt = measured.filter(({ statistics }) => statistics.nan + statistics.infinite > 0);
  if (measured.length === 0) {
    return;
  }
  if (spoilt.length === 0) {
    report.append(make('p', { className: 'lead', textContent: 'Every element is a finite number.' }));
    return;
  }
  const sum = (key) => spoilt.reduce((all, { statistics }) => all + statistics[key], 0);
  const words = [
    sum('nan') ? plural(sum('nan'), 'NaN value') : '',
    sum('infinite') ? plural(sum('infinite'), 'infinite value') : '',
  ].filter(Boolean);
  const shown = spoilt.slice(0, 5).flatMap((tensor, index) => [index ? ', ' : '', named(tensor.name)]);
  const more = spoilt.length > 5 ? ` and ${whole(spoilt.length - 5)} more` : '';
  report.append(make('p', { className: 'alarm', role: 'alert' },
    `${words.join(' and ')} in ${plural(spoilt.length, 'tensor')}: `, ...shown, `${more}.`));
};

const model = JSON.parse(document.getElementById('document').textContent);
title(model);
dtypeSection(model);
mapSection(model);
treemapSection(model);
layersSection(model);
outlierSection(model);
tensorSection(model);
metadataSection(model.metadata);
