// Everything here is comfort: each page works without it.
(() => {
  'use strict';
  const script = { 'X-Requested-With': 'console' };
  const text = name => document.body.dataset[name] || '';

  // Copy buttons.
  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    const value = field.value ?? field.textContent;
    try {
      await navigator.clipboard.writeText(value.trim());
    } catch {
      field.select?.();
      document.execCommand('copy');
    }
    const before = button.textContent;
    button.textContent = text('copied');
    setTimeout(() => { button.textContent = before; }, 1500);
  });

  // A narrow window shows a part of the menu: the one with this page in it.
  document.querySelector('.side [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

  // Questions before what cannot be undone.
  document.addEventListener('submit', event => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // What is wrong stands beside its field.
  const problemOf = field => document.getElementById(`${field.id}-problem`);
  const show = (field, problem) => {
    const place = problemOf(field);
    if (!place) return;
    place.textContent = problem || '';
    if (problem) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  };

  // Fields are checked while they are typed, by the rules of the server.
  document.querySelectorAll('form[data-check]').forEach(form => {
    const timers = new Map();
    form.addEventListener('input', event => {
      const field = event.target;
      if (!field.name || !problemOf(field)) return;
      clearTimeout(timers.get(field));
      timers.set(field, setTimeout(async () => {
        const body = new FormData();
        body.set('__RequestVerificationToken', form.elements.__RequestVerificationToken.value);
        body.set('field', field.name);
        body.set('value', field.value);
        try {
          const answer = await fetch(form.dataset.check, { method: 'POST', body, headers: script });
          if (answer.ok) show(field, (await answer.json()).problem);
        } catch { /* the server checks again when the form is sent */ }
      }, 250));
    });
  });

  // Fields whose choices come from the server while they are typed.
  document.querySelectorAll('input[data-suggest]').forEach(field => {
    let timer = 0;
    field.addEventListener('input', () => {
      clearTimeout(timer);
      if (field.value.trim().length === 0) return;
      timer = setTimeout(async () => {
        try {
          const answer = await fetch(`${field.dataset.suggest}&q=${encodeURIComponent(field.value.trim())}`, { headers: script });
          if (answer.ok) field.list.innerHTML = await answer.text();
        } catch { /* the server finds it by its name all the same */ }
      }, 250);
    });
  });

  // Forms that must not lose what was typed are sent in the background.
  document.querySelectorAll('form[data-keep]').forEach(form => {
    form.addEventListener('submit', async event => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      const body = new FormData(form, event.submitter);
      const buttons = form.querySelectorAll('button');
      const summary = form.querySelector('[data-summary]');
      buttons.forEach(button => { button.disabled = true; });
      event.submitter?.setAttribute('aria-busy', 'true');
      let answer = null;
      try {
        const response = await fetch(event.submitter?.formAction || form.action, { method: 'POST', body, headers: script });
        if (response.headers.get('content-type')?.includes('json')) answer = await response.json();
        else if (response.status === 401) answer = { problem: text('loggedOut') };
      } catch { /* told below */ }
      buttons.forEach(button => { button.disabled = false; });
      event.submitter?.removeAttribute('aria-busy');
      answer ??= { problem: text('notSent') };
      if (answer.go) { location.assign(answer.go); if (answer.go.includes('#')) location.reload(); return; }
      for (const field of form.elements) if (field.name && problemOf(field)) show(field, answer.problems?.[field.name]);
      if (answer.version && form.elements.version) form.elements.version.value = answer.version;
      summary.textContent = answer.problem || '';
      summary.hidden = !answer.problem;
      const first = form.querySelector('[aria-invalid="true"]');
      if (first) first.closest('details')?.setAttribute('open', '');
      (first || summary).focus();
    });
  });

  // Branches of the tree are fetched when they are opened.
  document.addEventListener('toggle', async event => {
    const branch = event.target;
    const place = branch.open && branch.querySelector(':scope > [data-src]');
    if (!place) return;
    const source = place.dataset.src;
    place.removeAttribute('data-src');
    place.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(source, { headers: script });
      if (!answer.ok) throw new Error();
      place.innerHTML = await answer.text();
    } catch {
      place.dataset.src = source;
      branch.open = false;
    }
    place.removeAttribute('aria-busy');
  }, true);

  // Parts of a page that follow the server; an empty address is nothing to follow.
  document.querySelectorAll('[data-live^="/"]').forEach(part => {
    const source = new EventSource(part.dataset.live);
    source.addEventListener('part', message => {
      part.innerHTML = message.data;
      part.querySelectorAll('progress[data-value]').forEach(bar => { bar.value = Number(bar.dataset.value); });
    });
    source.addEventListener('end', message => {
      source.close();
      if (message.data) location.assign(message.data);
    });
  });

  // Lists that the server fills line by line, when they are asked for.
  document.querySelectorAll('form[data-lines]').forEach(form => {
    form.addEventListener('submit', event => {
      event.preventDefault();
      const list = document.getElementById('lines');
      const conclusion = document.getElementById('conclusion');
      const button = form.querySelector('button');
      list.replaceChildren();
      conclusion.textContent = '';
      button.disabled = true;
      list.setAttribute('aria-busy', 'true');
      const source = new EventSource(form.dataset.lines);
      const end = () => { source.close(); button.disabled = false; list.removeAttribute('aria-busy'); };
      source.addEventListener('line', message => list.insertAdjacentHTML('beforeend', message.data));
      source.addEventListener('conclusion', message => { conclusion.textContent = message.data; });
      source.addEventListener('end', end);
      // A browser would begin anew by itself; whoever waits is told instead.
      source.addEventListener('error', () => { end(); conclusion.textContent = text('notSent'); });
    });
  });

  // A choice that acts at once.
  document.addEventListener('change', event => {
    if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
  });
})();
