
'use strict';
const page = document.documentElement;
page.dataset.errors = '';
const fail = text => { page.dataset.errors += text + '\n'; };
addEventListener('error', e => fail(e.message || 'a resource'), true);
addEventListener('unhandledrejection', e => fail('rejected: ' + e.reason));
addEventListener('securitypolicyviolation', e => fail('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
addEventListener('DOMContentLoaded', () => {
  page.classList.add('scripted');
  for (const button of document.querySelectorAll('.tools button')) {
    button.addEventListener('click', () => {
      for (const d of button.closest('section').querySelectorAll('details')) d.open = button.value === 'open';
    });
  }
  for (const head of document.querySelectorAll('th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => sort(head));
  }
  for (const box of document.querySelectorAll('.scroll')) {
    box.addEventListener('scroll', () => mark(box), {passive: true});
    sizes.observe(box);
  }
  page.dataset.overflow = page.scrollWidth - page.clientWidth;
  page.dataset.ready = 'yes';
});
// mark says on which sides of a box there is more. A box that scrolls has a place in the order of the keyboard.
function mark(box) {
  const right = box.scrollWidth - box.clientWidth, below = box.scrollHeight - box.clientHeight;
  box.classList.toggle('left', right > 1 && box.scrollLeft > 1);
  box.classList.toggle('right', right > 1 && box.scrollLeft < right - 1);
  box.classList.toggle('above', below > 1 && box.scrollTop > 1);
  box.classList.toggle('below', below > 1 && box.scrollTop < below - 1);
  box.classList.toggle('more', right > 1 || below > 1);
  if (right > 1 || below > 1) box.tabIndex = 0;
}
const sizes = new ResizeObserver(list => list.forEach(e => mark(e.target)));
function sort(head) {
  const down = head.getAttribute('aria-sort') !== 'descending';
  for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const rows = head.closest('table').tBodies[0];
  const key = row => Number(row.dataset[head.dataset.sort]);
  rows.append(...[...rows.rows].sort((a, b) => down ? key(b) - key(a) : key(a) - key(b)));
}
