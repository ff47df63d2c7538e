//! A small static file server for looking at the built page on this machine.

use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::build;
use crate::process::{Result, dist};

/// The most that the head of a request may be, in bytes.
const HEAD: u64 = 16 * 1024;

/// Builds the page unless told not to, and serves it until the program is stopped.
pub fn serve(port: u16, build: bool) -> Result {
    // The port is taken first: nobody wants to hear after a long build that it is in use.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let other = port.checked_add(1).unwrap_or(8080);
        match error.kind() {
            ErrorKind::AddrInUse => format!(
                "port {port} is in use: stop what uses it, or take another with \
                 `cargo xtask serve --port {other}`."
            ),
            _ => format!("port {port} cannot be opened: {error}; try `--port {other}`."),
        }
    })?;
    let folder = dist();
    if build {
        build::build(&folder, build::Purpose::Look)?;
    } else if !folder.join("index.html").is_file() {
        return Err("dist/ holds no page yet: run `cargo xtask serve` without --no-build.".into());
    }
    let address = listener.local_addr();
    let address = address.map_err(|error| format!("port {port}: {error}"))?;
    println!("serving dist/ on http://{address} (stop with Ctrl-C)");
    answer_all(&listener, &folder);
    Ok(())
}

fn answer_all(listener: &TcpListener, folder: &Path) {
    for stream in listener.incoming().flatten() {
        let folder = folder.to_owned();
        // A browser that goes away in the middle is none of our business.
        thread::spawn(move || answer(&stream, &folder).ok());
    }
}

/// Reads one request, answers it and closes the connection.
fn answer(mut stream: &TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = BufReader::new(stream.take(HEAD));
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::from("-");
    while !line.trim_end().is_empty() {
        line.clear();
        head.read_line(&mut line)?;
    }
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if method != "GET" && method != "HEAD" {
        return respond(stream, "405 Method Not Allowed", "text/plain", b"only GET and HEAD\n");
    }
    let Some(path) = locate(folder, target) else {
        return respond(stream, "404 Not Found", "text/plain", b"there is no such file\n");
    };
    let bytes = fs::read(&path)?;
    let length = bytes.len();
    if method == "HEAD" {
        return stream.write_all(header("200 OK", media_type(&path), length).as_bytes());
    }
    respond(stream, "200 OK", media_type(&path), &bytes)
}

fn respond(mut stream: &TcpStream, status: &str, kind: &str, body: &[u8]) -> io::Result<()> {
    stream.write_all(header(status, kind, body.len()).as_bytes())?;
    stream.write_all(body)
}

fn header(status: &str, kind: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
}

/// The file that the target of a request names, if it is one inside `folder`.
fn locate(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decode(path.strip_prefix('/')?)?;
    let mut file = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        // `..` leaves the folder; a backslash or a colon would on Windows.
        if part == "." || part == ".." || part.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

/// Undoes percent-encoding. `None` where it is malformed or not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn media_type(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "csv" => "text/csv; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> PathBuf {
        let site = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(site.join("inside/worker")).expect("a folder");
        fs::write(site.join("secret.txt"), "secret").expect("a file");
        fs::write(site.join("inside/index.html"), "<p>hello").expect("a file");
        fs::write(site.join("inside/worker/a b.wasm"), "\0asm").expect("a file");
        site
    }

    #[test]
    fn targets_name_files_inside_the_folder_only() {
        let site = site("locate");
        let folder = site.join("inside");
        let found = |target| locate(&folder, target);
        assert_eq!(found("/"), Some(folder.join("index.html")));
        assert_eq!(found("/index.html?x=1"), Some(folder.join("index.html")));
        let module = folder.join("worker").join("a b.wasm");
        assert_eq!(found("/worker/a%20b.wasm"), Some(module.clone()));
        assert_eq!(found("//worker//a%20b.wasm"), Some(module));
        for target in [
            "",
            "index.html",
            "/missing",
            "/worker",
            "/../secret.txt",
            "/worker/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/..\\secret.txt",
            "/%2",
            "/%zz",
            "/%ff",
        ] {
            assert_eq!(found(target), None, "{target}");
        }
        fs::remove_dir_all(site).expect("removed");
    }

    #[test]
    fn a_browser_gets_its_file_with_the_right_type() {
        let site = site("serve");
        let folder = site.join("inside");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || answer_all(&listener, &folder));
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.write_all(request.as_bytes()).expect("a request");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            answer
        };
        let page = ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"), "{page}");
        assert!(page.ends_with("\r\n\r\n<p>hello"), "{page}");
        let module = ask("HEAD /worker/a%20b.wasm HTTP/1.1\r\n\r\n");
        assert!(module.contains("Content-Type: application/wasm\r\nContent-Length: 4\r\n"), "{module}");
        assert!(module.ends_with("\r\n\r\n"), "{module}");
        assert!(ask("GET /../secret.txt HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        fs::remove_dir_all(site).expect("removed");
    }

    #[test]
    fn a_port_in_use_is_said_before_anything_is_built() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let error = serve(port, true).expect_err("the port is in use");
        assert!(error.starts_with(&format!("port {port} is in use")), "{error}");
    }
}
