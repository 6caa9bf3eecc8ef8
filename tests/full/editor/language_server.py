"""A language server for YAML as an editor talks to it: over its standard streams, in JSON-RPC."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from queue import Queue

SERVER = Path(__file__).parent / "node_modules" / ".bin" / "yaml-language-server"
PATIENCE = 60  # seconds: Node starts slowly on a busy machine


class LanguageServer:
    """A running server with one folder open; every file is given as text."""

    def __init__(self, folder):
        """Start it, and say what an editor says first."""
        self.folder = folder
        self._process = subprocess.Popen(
            [str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers, self._diagnostics = Queue(), Queue()
        self._number = 0
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        capabilities = {
            "workspace": {"configuration": False},
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": False}},
                "hover": {"contentFormat": ["plaintext"]},
                "publishDiagnostics": {},
            },
        }
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        settings = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})

    def close(self):
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def open(self, name, text):
        """Open a text, and give what the server underlines in it."""
        uri = (self.folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            params = self._diagnostics.get(timeout=PATIENCE)
            if params["uri"] == uri:
                return [(item["range"]["start"]["line"] + 1, item["message"]) for item in params["diagnostics"]]

    def complete(self, name, line, column):
        """Return the words that the server offers at a place, counted from 1."""
        found = self.ask("textDocument/completion", self._at(name, line, column))
        return [item["label"] for item in found["items"]]

    def hover(self, name, line, column):
        """Return the text that the server shows at a place."""
        found = self.ask("textDocument/hover", self._at(name, line, column))
        contents = (found or {}).get("contents", "")
        return contents["value"] if isinstance(contents, dict) else str(contents)

    def _at(self, name, line, column):
        position = {"line": line - 1, "character": column - 1}
        return {"textDocument": {"uri": (self.folder / name).as_uri()}, "position": position}

    def ask(self, method, params):
        """Send a request and wait for its answer."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            answer = self._answers.get(timeout=PATIENCE)
            if answer.get("id") == self._number:
                return answer["result"]

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self):
        stream = self._process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            if message.get("method") == "textDocument/publishDiagnostics":
                self._diagnostics.put(message["params"])
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            elif "id" in message:
                self._answers.put(message)
