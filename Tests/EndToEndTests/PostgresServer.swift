import Foundation
import TallyTestSupport

/// A PostgreSQL server for one test, on a Unix socket in a temporary folder.
struct PostgresServer {
    /// Debian's folder of the programs of the version that `postgresql-15-hll` is for.
    private static let programs = URL(filePath: "/usr/lib/postgresql/15/bin")
    private static let extensionFile = "/usr/share/postgresql/15/extension/hll.control"

    static let isInstalled =
        FileManager.default.isExecutableFile(atPath: programs.appending(path: "postgres").path)
        && FileManager.default.fileExists(atPath: extensionFile)

    private let program: Program
    private let folder: TemporaryFolder

    init() async throws {
        guard Self.isInstalled else { throw Program.Failed(description: "postgresql-15-hll is not installed") }
        folder = try TemporaryFolder()
        let data = folder.url.appending(path: "data").path
        try Self.giveToServerUser(folder.url.path)
        let (first, arguments) = try Self.unprivileged(
            "initdb",
            ["-D", data, "-U", "tally", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        )
        let outcome = try Program.run(first, arguments)
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.text + outcome.errorText) }
        let settings = ["listen_addresses=", "unix_socket_directories=\(folder.url.path)", "port=5432", "fsync=off"]
        let (server, flags) = try Self.unprivileged("postgres", ["-D", data] + settings.flatMap { ["-c", $0] })
        program = try Program(server, flags)
        _ = try await program.line(containing: "database system is ready to accept connections")
        _ = try query("CREATE EXTENSION hll")
    }

    /// The rows that the statements return, without alignment or headings.
    func query(_ statements: String) throws -> [String] {
        let outcome = try Program.run(
            Self.programs.appending(path: "psql"),
            [
                "-h", folder.url.path, "-p", "5432", "-U", "tally", "-d", "postgres", "-AtqX",
                "-v", "ON_ERROR_STOP=1", "-f", "-",
            ],
            input: Data(statements.utf8)
        )
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.text + outcome.errorText) }
        return outcome.text.split(separator: "\n").map(String.init)
    }

    func number(_ statement: String) throws -> Double {
        let rows = try query(statement)
        guard rows.count == 1, let number = Double(rows[0]) else { throw Program.Failed(description: "\(rows)") }
        return number
    }

    /// Ends the sessions and waits until the server has ended.
    func stop() { _ = program.stop(SIGINT) }

    // MARK: The server refuses to run as root

    private static let user = getpwnam("postgres").map { (id: $0.pointee.pw_uid, group: $0.pointee.pw_gid) }

    private static func giveToServerUser(_ path: String) throws {
        guard geteuid() == 0 else { return }
        guard let user, chown(path, user.id, user.group) == 0 else {
            throw Program.Failed(description: "cannot give \(path) to the user postgres")
        }
    }

    /// The command that runs a server's program, as another user if this one is root. `setpriv` replaces itself with
    /// the program, so that signals reach the program.
    private static func unprivileged(_ name: String, _ arguments: [String]) throws -> (URL, [String]) {
        let program = programs.appending(path: name)
        guard geteuid() == 0, let user else { return (program, arguments) }
        let change = ["--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--", program.path]
        return (try Program.require("setpriv"), change + arguments)
    }
}
