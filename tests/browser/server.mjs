// A static file server on a port of its own: an origin for the browser tests.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Serves `folder` below the path `prefix`; in HTML, `replace` is a pair of texts, the second put for the first.
 * Resolves to the address, which ends in a slash, and a function that stops the server.
 */
export async function serve(folder, { prefix = '/', replace } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    try {
      const file = path.join(folder, decodeURIComponent(pathname.slice(prefix.length)) || 'index.html');
      if (!pathname.startsWith(prefix) || !file.startsWith(folder + path.sep)) throw new Error('outside');
      let body = await readFile(file);
      const type = path.extname(file);
      if (replace && type === '.html') body = body.toString().replaceAll(...replace);
      response.writeHead(200, { 'content-type': TYPES[type] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('there is no such file\n');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
