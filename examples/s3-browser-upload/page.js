// Three ways for a file to get into a bucket. None of them needs credentials in the page.

/** Straight to S3, to a URL that is valid for this one upload. XMLHttpRequest, because fetch does not report progress. */
async function put(file) {
  const { url, headers } = await ask('presigned-url', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) => showProgress(loaded / total));
    request.addEventListener('load', () => resolve(request));
    request.addEventListener('error', () => reject(new Error('no connection, or CORS does not allow it')));
    request.send(file);
  });
}

/** Straight to S3, under the conditions of a policy: S3 refuses a file that is larger than it says. */
async function form(file) {
  const { url, fields } = await ask('form', file);
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('file', file); // last
  return fetch(url, { method: 'POST', body });
}

/** Through the server, which passes it on in signed chunks and never holds all of it. */
function stream(file) {
  return fetch(`/stream?name=${encodeURIComponent(file.name)}`, { method: 'PUT', body: file });
}

for (const upload of [put, form, stream]) {
  document.getElementById(upload.name).addEventListener('click', async () => {
    const [file] = document.querySelector('input').files;
    showProgress(0);
    const output = document.querySelector('pre');
    output.textContent = '';
    try {
      const { status } = await upload(file);
      if (status < 300) showProgress(1);
      output.textContent = `${upload.name}: ${status}`;
    } catch ({ message }) {
      output.textContent = `${upload.name}: ${message}`;
    }
  });
}

async function ask(what, { name, type, size }) {
  const response = await fetch(`/${what}`, { method: 'POST', body: JSON.stringify({ name, type, size }) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function showProgress(part) {
  document.querySelector('progress').value = part;
}
