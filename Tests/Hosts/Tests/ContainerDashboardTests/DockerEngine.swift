import Foundation
import HostsTestSupport

/// A real Docker engine for one test, with its data in a temporary folder, and one image, a busybox.
final class DockerEngine: Sendable {
    let folder: TemporaryFolder
    let socket: String
    private let daemon: Program

    /// True if this process is the superuser, and the programs of the engine and of its image are installed.
    static var isInstalled: Bool {
        getuid() == 0 && ["dockerd", "docker", "busybox", "tar"].allSatisfy { Program.find($0) != nil }
    }

    init() async throws {
        folder = try TemporaryFolder()
        let path = folder.url.path
        socket = "\(path)/engine.sock"
        // An empty configuration, which overrides the machine's.
        try Data("{}".utf8).write(to: folder.url.appending(path: "daemon.json"))
        daemon = try Program(
            try Program.require("dockerd"),
            [
                "--host", "unix://\(socket)", "--bridge=none", "--iptables=false", "--ip6tables=false",
                "--storage-driver=vfs", "--data-root", "\(path)/data", "--exec-root", "\(path)/exec", "--pidfile",
                "\(path)/pid", "--config-file", "\(path)/daemon.json",
            ]
        )
        _ = try await daemon.line(containing: "API listen on")
        let root = folder.url.appending(path: "image/bin")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let busybox = try Program.require("busybox").resolvingSymlinksInPath()
        try FileManager.default.copyItem(at: busybox, to: root.appending(path: "busybox"))
        for name in ["sh", "sleep"] {
            try FileManager.default.createSymbolicLink(
                atPath: root.appending(path: name).path,
                withDestinationPath: "busybox"
            )
        }
        _ = try await Program.output(of: "tar", ["-cf", "\(path)/image.tar", "-C", "\(path)/image", "."])
        _ = try await command("import", "\(path)/image.tar", "busybox")
    }

    /// Starts a container that runs a shell command.
    func run(_ name: String, _ options: [String] = [], _ script: String) async throws {
        let flags = ["run", "--detach", "--network", "none", "--name", name]
        _ = try await command(flags + options + ["busybox", "/bin/sh", "-c", script])
    }

    /// CPU in percent, and memory in bytes, from `docker stats`.
    func stats(of name: String) async throws -> (cpu: Double, memory: Double) {
        let line = try await command("stats", "--no-stream", "--format", "{{.CPUPerc}} {{.MemUsage}}", name)
        let words = line.split { $0.isWhitespace }
        guard words.count > 1, let cpu = Double(words[0].dropLast()), let memory = Self.bytes(words[1]) else {
            throw Program.Failed(description: "docker stats: \(line)")
        }
        return (cpu, memory)
    }

    /// Removes all containers and ends the daemon, unless it has ended.
    func stop() async throws {
        guard FileManager.default.fileExists(atPath: socket) else { return }
        let ids = try await command("ps", "--all", "--quiet").split(separator: "\n").map { String($0) }
        if !ids.isEmpty { _ = try await command(["rm", "--force"] + ids) }
        let daemon = daemon
        _ = try await onThread { daemon.stop() }
    }

    func command(_ arguments: String...) async throws -> String { try await command(arguments) }

    private func command(_ arguments: [String]) async throws -> String {
        try await Program.output(of: "docker", ["--host", "unix://\(socket)"] + arguments)
    }

    /// Parses a size such as `524KiB`.
    private static func bytes(_ text: Substring) -> Double? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units = ["B": 1.0, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824]
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        return number * unit
    }
}
