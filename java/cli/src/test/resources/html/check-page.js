// Looks at the page as it was drawn, and tells the page around it what is wrong with it.
addEventListener('load', () => setTimeout(() => {
  const root = document.documentElement;
  const wrong = [...(window.failures ?? [])];
  const shown = (element) => element.checkVisibility();
  if (root.scrollWidth > innerWidth) {
    wrong.push(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`);
  }
  const scrolls = (element) => element.closest('.scroll') || element.closest('.treemap');
  for (const element of document.querySelectorAll('main *')) {
    const box = element.getBoundingClientRect();
    if (shown(element) && !scrolls(element) && (box.right > innerWidth + 1 || box.left < -1)) {
      wrong.push(`beyond the window: ${element.tagName} ${element.textContent.slice(0, 60)}`);
    }
  }
  for (const svg of document.querySelectorAll('figure svg')) {
    const outer = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([text, a], index) => {
      if (a.left < outer.left - 1 || a.right > outer.right + 1 || a.bottom > outer.bottom + 1) {
        wrong.push(`cut in a plot: ${text}`);
      }
      for (const [other, b] of texts.slice(index + 1)) {
        // Line boxes are taller than their glyphs by about 2 px on each side.
        if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2) {
          wrong.push(`overlap in a plot: ${text} and ${other}`);
        }
      }
    });
  }
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3).map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return (channels(colour)[3] ?? 1) === 0 && element.parentElement ? ground(element.parentElement) : colour;
  };
  let texts = 0;
  for (const element of document.querySelectorAll('main *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !shown(element) || element.disabled || element.tagName === 'title') {
      continue;
    }
    texts += 1;
    const style = getComputedStyle(element);
    const ink = luminance(element instanceof SVGElement ? style.fill : style.color);
    const page = luminance(ground(element));
    const contrast = (Math.max(ink, page) + 0.05) / (Math.min(ink, page) + 0.05);
    if (contrast < 4.5) {
      wrong.push(`contrast ${contrast.toFixed(2)}: ${element.textContent.slice(0, 60)}`);
    }
  }
  const number = (selector) => document.querySelectorAll(selector).length;
  parent.postMessage([
    `width=${innerWidth}`,
    `dark=${matchMedia('(prefers-color-scheme: dark)').matches}`,
    `texts=${texts}`,
    `bars=${number('canvas')}`,
    `tiles=${number('.treemap button')}`,
    `plots=${number('figure svg')}`,
    `rows=${number('tbody tr')}`,
    `wrong=${wrong.slice(0, 10).join(' | ')}`,
  ].join('\n'), '*');
}, 600));
window.failures = [];
addEventListener('error', (event) => window.failures.push(`error: ${event.message}`));
addEventListener('securitypolicyviolation', (event) => window.failures.push(`policy: ${event.violatedDirective}`));
