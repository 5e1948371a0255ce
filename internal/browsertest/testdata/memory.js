'use strict';
// Files in memory, as a program of Go for js expects them of fs, path and process of Node.
(() => {
  let inodes = 1, last = 100, here = '/';
  const nodes = new Map([['/', folder(0o755)]]); // by path
  const open = new Map(); // by descriptor

  function folder(mode) { return { folder: true, mode: mode & 0o777, inode: inodes++, time: Date.now() }; }
  function file(mode) { return { bytes: new Uint8Array(0), size: 0, mode: mode & 0o777, inode: inodes++, time: Date.now() }; }

  function wrong(code) { return Object.assign(new Error(code), { code }); }

  const resolve = (...parts) => {
    let out = [];
    for (const part of parts) {
      if (part.startsWith('/')) out = [];
      for (const name of part.split('/')) {
        if (name === '..') out.pop();
        else if (name !== '' && name !== '.') out.push(name);
      }
    }
    return '/' + out.join('/');
  };
  const full = path => resolve(here, path);
  const parent = path => path.slice(0, path.lastIndexOf('/')) || '/';

  // find returns a node, or throws as a system would.
  function find(path) {
    const at = full(path);
    for (let p = parent(at); p !== '/'; p = parent(p)) {
      const n = nodes.get(p);
      if (n && !n.folder) throw wrong('ENOTDIR');
    }
    const n = nodes.get(at);
    if (!n) throw wrong('ENOENT');
    return n;
  }
  function place(path) {
    const at = full(path), over = find(parent(at));
    if (!over.folder) throw wrong('ENOTDIR');
    return at;
  }
  const within = at => [...nodes.keys()].filter(p => p !== '/' && parent(p) === at).map(p => p.slice(at === '/' ? 1 : at.length + 1)).sort();

  function resize(n, size) {
    if (size > n.bytes.length) {
      const bytes = new Uint8Array(Math.max(size, 2 * n.bytes.length, 64));
      bytes.set(n.bytes.subarray(0, n.size));
      n.bytes = bytes;
    } else if (size < n.size) {
      n.bytes.fill(0, size, n.size);
    }
    n.size = size;
    n.time = Date.now();
  }
  const status = n => ({
    dev: 1, ino: n.inode, mode: n.mode | (n.folder ? 0o040000 : 0o100000), nlink: 1, uid: 0, gid: 0, rdev: 0, size: n.folder ? 0 : n.size,
    blksize: 4096, blocks: n.folder ? 0 : Math.ceil(n.size / 512), atimeMs: n.time, mtimeMs: n.time, ctimeMs: n.time, isDirectory: () => Boolean(n.folder),
  });
  function opened(fd) {
    const f = open.get(fd);
    if (!f) throw wrong('EBADF');
    return f;
  }

  const constants = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_DIRECTORY: 65536 };
  const text = new TextDecoder();
  globalThis.output = '';
  const does = {
    open(path, flags, mode) {
      const at = full(path);
      let n = nodes.get(at);
      if (!n && flags & constants.O_CREAT) nodes.set(place(path), n = file(mode));
      else if (!n) n = find(path);
      else if (flags & constants.O_EXCL && flags & constants.O_CREAT) throw wrong('EEXIST');
      if (n.folder && flags & 3) throw wrong('EISDIR');
      if (!n.folder && flags & constants.O_DIRECTORY) throw wrong('ENOTDIR');
      if (flags & 3 && !(n.mode & 0o200) || !(flags & 1) && !(n.mode & 0o400)) throw wrong('EACCES');
      if (flags & constants.O_TRUNC) resize(n, 0);
      open.set(++last, { n, flags, position: 0 });
      return last;
    },
    close(fd) { opened(fd); open.delete(fd); },
    read(fd, buffer, offset, length, position) {
      const f = opened(fd), from = position ?? f.position;
      if (f.n.folder) throw wrong('EISDIR');
      const count = Math.max(0, Math.min(length, f.n.size - from));
      buffer.set(f.n.bytes.subarray(from, from + count), offset);
      if (position === null) f.position += count;
      return count;
    },
    write(fd, buffer, offset, length, position) {
      const bytes = buffer.subarray(offset, offset + length);
      if (fd === 1 || fd === 2) {
        output += text.decode(bytes, { stream: true });
        return length;
      }
      const f = opened(fd);
      if (!(f.flags & 3)) throw wrong('EBADF');
      const from = f.flags & constants.O_APPEND ? f.n.size : position ?? f.position;
      if (from + length > f.n.size) resize(f.n, from + length);
      f.n.bytes.set(bytes, from);
      f.n.time = Date.now();
      if (position === null) f.position = from + length;
      return length;
    },
    fstat(fd) { return status(opened(fd).n); },
    stat(path) { return status(find(path)); },
    lstat(path) { return status(find(path)); },
    readdir(path) {
      if (!find(path).folder) throw wrong('ENOTDIR');
      return within(full(path));
    },
    mkdir(path, mode) {
      const at = place(path);
      if (nodes.has(at)) throw wrong('EEXIST');
      nodes.set(at, folder(mode));
    },
    rmdir(path) {
      if (!find(path).folder) throw wrong('ENOTDIR');
      if (within(full(path)).length) throw wrong('ENOTEMPTY');
      nodes.delete(full(path));
    },
    unlink(path) {
      if (find(path).folder) throw wrong('EISDIR');
      nodes.delete(full(path));
    },
    rename(from, to) {
      const n = find(from), a = full(from), b = place(to), over = nodes.get(b);
      if (over && over.folder !== n.folder) throw wrong(over.folder ? 'EISDIR' : 'ENOTDIR');
      if (over && over.folder && within(b).length) throw wrong('ENOTEMPTY');
      for (const [path, node] of [...nodes]) {
        if (path !== a && !path.startsWith(a + '/')) continue;
        nodes.delete(path);
        nodes.set(b + path.slice(a.length), node);
      }
    },
    truncate(path, size) { resize(find(path), size); },
    ftruncate(fd, size) { resize(opened(fd).n, size); },
    chmod(path, mode) { find(path).mode = mode & 0o777; },
    fchmod(fd, mode) { opened(fd).n.mode = mode & 0o777; },
    utimes(path, _, time) { find(path).time = 1000 * time; },
    fsync() {},
    chown(path) { find(path); },
    fchown(fd) { opened(fd); },
    lchown(path) { find(path); },
    link() { throw wrong('ENOSYS'); },
    symlink() { throw wrong('ENOSYS'); },
    readlink(path) { find(path); throw wrong('EINVAL'); },
  };
  const fs = { constants, writeSync: (fd, bytes) => does.write(fd, bytes, 0, bytes.length, null) };
  for (const [name, f] of Object.entries(does)) {
    fs[name] = (...args) => {
      const done = args.pop();
      let result;
      try {
        result = f(...args);
      } catch (e) {
        if (!e.code) throw e;
        done(e);
        return;
      }
      done(null, result);
    };
  }
  globalThis.fs = fs;
  globalThis.path = { resolve: (...parts) => resolve(here, ...parts) };
  globalThis.process = {
    getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [0], pid: 1, ppid: 0, umask: () => 0o022,
    cwd: () => here,
    chdir(path) {
      if (!find(path).folder) throw wrong('ENOTDIR');
      here = full(path);
    },
  };
  // put makes a file, and the folders above it.
  globalThis.put = (path, bytes) => {
    const over = [];
    for (let p = parent(path); !nodes.has(p); p = parent(p)) over.unshift(p);
    for (const p of over) nodes.set(p, folder(0o755));
    nodes.set(path, Object.assign(file(0o644), { bytes, size: bytes.length }));
  };
})();
