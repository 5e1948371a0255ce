'use strict';
// The page draws. The network, its training and its predictions are in the Go program.
const root = document.documentElement;
root.dataset.errors = '';
const fail = text => { root.dataset.errors += text + '\n'; };
addEventListener('error', e => fail(e.message || 'a resource'), true);
addEventListener('unhandledrejection', e => fail('rejected: ' + e.reason));
addEventListener('securitypolicyviolation', e => fail('policy: ' + e.violatedDirective + ' ' + e.blockedURI));

const $ = id => document.getElementById(id);
const corners = [...document.querySelectorAll('.corner')];
const inputs = ['0, 0', '0, 1', '1, 0', '1, 1'];
const wanted = [0, 1, 1, 0];
const chart = { left: 62, right: 472, top: 8, bottom: 168, most: 1, decades: [0, -4] }; // of the loss, 1 to 10^-4
let side = 0, seed = 1, paused = false, over = false, losses = [], last = null;

// say tells what goes on. Readers of screens hear it, so it does not say each step.
function say(text, bad) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', Boolean(bad));
}

// page is what the program calls.
globalThis.page = {
  ready(steps, points, low, high) {
    chart.most = steps;
    side = points;
    drawAxes();
    for (const id of ['pause', 'again', 'weights']) $(id).disabled = false;
    root.dataset.ready = 'yes';
    start();
  },
  show(step, more, outputs, surface) {
    losses.push(...more);
    last = { step, outputs, surface };
    draw();
  },
  done(error) {
    over = true;
    $('pause').disabled = true;
    if (error) say('The training failed: ' + error, true);
    else say(right() === 4 ? `Learned in ${chart.most} steps.` : `Not learned in ${chart.most} steps: ${right()} of 4 rows are right.` + ($('hidden').value === '0' ? ' A linear model cannot.' : ' New weights may.'));
    root.dataset.done = 'yes';
  },
};

// start begins a training with the settings of the page.
function start() {
  paused = over = false;
  losses = [];
  delete root.dataset.done;
  $('pause').disabled = false;
  $('pause').textContent = 'Pause';
  symgrad.pause(false);
  symgrad.pace(Number($('pace').value));
  const hidden = Number($('hidden').value);
  $('activation').disabled = hidden === 0;
  drawWanted();
  say(hidden === 0 ? 'A linear model is learning.' : `A network with ${hidden} hidden neuron${hidden > 1 ? 's' : ''} is learning.`);
  symgrad.start({ hidden, activation: $('activation').value, rate: Number($('rate').value), seed, wanted });
}

const right = () => [...last.outputs].filter((p, i) => (p > 0.5) === (wanted[i] === 1)).length;

function drawWanted() {
  corners.forEach((c, i) => {
    c.textContent = wanted[i];
    c.classList.toggle('one', wanted[i] === 1);
    c.setAttribute('aria-label', `Inputs ${inputs[i]}: wanted ${wanted[i]}. Want ${1 - wanted[i]}.`);
  });
  $('rows').replaceChildren(...inputs.map((x, i) => {
    const row = document.createElement('tr');
    row.innerHTML = '<th scope="row"></th><td class="number"></td><td class="number"></td><td><meter min="0" max="1"></meter></td>';
    row.cells[0].textContent = x;
    row.cells[1].textContent = wanted[i];
    return row;
  }));
}

function draw() {
  $('step').textContent = `${last.step} of ${chart.most}`;
  $('loss').textContent = losses.length ? format(losses.at(-1)) : '–';
  $('right').textContent = `${right()} of 4`;
  last.outputs.forEach((p, i) => {
    const cells = $('rows').rows[i].cells;
    cells[2].textContent = p.toFixed(3);
    cells[3].firstChild.value = p;
    cells[3].firstChild.setAttribute('aria-label', `output for ${inputs[i]}`);
    corners[i].classList.toggle('wrong', (p > 0.5) !== (wanted[i] === 1));
  });
  drawSurface();
  drawCurve();
}

const format = x => x >= 0.001 ? x.toFixed(4) : x.toExponential(1);

// colours are those of outputs 0, ½ and 1, as the style has them in light and dark.
function colours() {
  const style = getComputedStyle(root);
  return ['--zero', '--half', '--one'].map(name => style.getPropertyValue(name).trim().match(/[0-9a-f]{2}/gi).map(h => parseInt(h, 16)));
}

function drawSurface() {
  const [zero, half, one] = colours();
  const image = new ImageData(side, side);
  last.surface.forEach((shade, i) => {
    const t = 2 * shade - 1, end = t < 0 ? zero : one, a = Math.abs(t);
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = half[c] + a * (end[c] - half[c]);
    image.data[4 * i + 3] = 255;
  });
  $('surface').getContext('2d').putImageData(image, 0, 0);
  $('border').setAttribute('d', border(last.surface));
}

// border returns the path where the output is ½: in each square of four points, the line between
// the edges that it crosses (marching squares).
function border(z) {
  let path = '';
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const i = y * side + x, at = [], h = 0.5;
      const cross = (a, b, px, py, dx, dy) => {
        if ((z[a] > h) !== (z[b] > h)) {
          const t = (h - z[a]) / (z[b] - z[a]);
          at.push(`${(px + t * dx + 0.5).toFixed(2)} ${(py + t * dy + 0.5).toFixed(2)}`);
        }
      };
      cross(i, i + 1, x, y, 1, 0);
      cross(i + 1, i + side + 1, x + 1, y, 0, 1);
      cross(i + side, i + side + 1, x, y + 1, 1, 0);
      cross(i, i + side, x, y, 0, 1);
      for (let k = 0; k + 1 < at.length; k += 2) path += `M${at[k]}L${at[k + 1]}`;
    }
  }
  return path;
}

const across = step => chart.left + (chart.right - chart.left) * step / chart.most;
const up = loss => {
  const [top, bottom] = chart.decades, y = Math.min(top, Math.max(bottom, Math.log10(loss)));
  return chart.top + (chart.bottom - chart.top) * (top - y) / (top - bottom);
};

function drawAxes() {
  const parts = [];
  for (let d = chart.decades[0]; d >= chart.decades[1]; d--) {
    const y = up(10 ** d);
    parts.push(`<path class="axis" d="M${chart.left} ${y}H${chart.right}"/><text x="${chart.left - 6}" y="${y}" dy="4" text-anchor="end">${10 ** d}</text>`);
  }
  for (let k = 0; k <= 3; k++) {
    const step = Math.round(chart.most * k / 3);
    parts.push(`<text x="${across(step)}" y="184" text-anchor="${k === 0 ? 'start' : k === 3 ? 'end' : 'middle'}">${step}</text>`);
  }
  $('axes').innerHTML = parts.join('');
}

function drawCurve() {
  $('curve').setAttribute('d', losses.map((loss, i) => `${i ? 'L' : 'M'}${across(i + 1).toFixed(1)} ${up(loss).toFixed(1)}`).join(''));
}

corners.forEach((c, i) => c.addEventListener('click', () => {
  wanted[i] = 1 - wanted[i];
  if (side) start(); else drawWanted();
}));
$('pause').addEventListener('click', () => {
  paused = !paused;
  symgrad.pause(paused);
  $('pause').textContent = paused ? 'Go on' : 'Pause';
  say(paused ? `Paused after ${last.step} steps.` : 'It goes on.');
});
$('again').addEventListener('click', start);
$('weights').addEventListener('click', () => { seed++; start(); });
$('pace').addEventListener('change', () => symgrad.pace(Number($('pace').value)));
for (const id of ['hidden', 'activation', 'rate']) $(id).addEventListener('change', start);
$('settings').addEventListener('submit', e => e.preventDefault());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (last) drawSurface(); });
drawWanted();

// load fetches the program, says how much of it has come, and runs it.
async function load() {
  const answer = await fetch('xor.wasm');
  if (!answer.ok) throw new Error('xor.wasm: ' + answer.status);
  const size = Number(answer.headers.get('Content-Length')), parts = [];
  let come = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    come += value.length;
    say(`Loading the program: ${(come / 1e6).toFixed(1)}${size >= come ? ' of ' + (size / 1e6).toFixed(1) : ''} MB.`);
  }
  $('about').textContent = `symgrad, a program of ${(come / 1e6).toFixed(1)} MB in WebAssembly`;
  say('Starting the program.');
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(await new Blob(parts).arrayBuffer(), go.importObject);
  await go.run(instance);
  throw new Error('the program has ended');
}
say('Loading the program.');
load().catch(e => {
  for (const b of document.querySelectorAll('button')) b.disabled = true;
  say('The program does not run: ' + e.message, true);
  fail(String(e));
});
