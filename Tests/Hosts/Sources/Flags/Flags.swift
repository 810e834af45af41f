import Foundation

/// The command line of an example: options of the form `--name value`, each with a default.
package struct Flags: Sendable {
    private var values: [String: String]
    private let usage: String

    /// Reads the command line. For an unknown option, prints the usage and exits.
    package init(_ defaults: KeyValuePairs<String, String>) {
        values = Dictionary(defaults.map { ($0, $1) }) { first, _ in first }
        let program = URL(filePath: CommandLine.arguments[0]).lastPathComponent
        usage = defaults.reduce(into: "usage: \(program)") { $0 += " [--\($1.key) \($1.value)]" }
        var arguments = CommandLine.arguments.dropFirst()
        while let option = arguments.popFirst() {
            let name = option.hasPrefix("--") ? String(option.dropFirst(2)) : option
            guard values[name] != nil, let value = arguments.popFirst() else {
                exit(saying: "\(option) is unknown or lacks a value\n\(usage)")
            }
            values[name] = value
        }
    }

    /// The value of an option, which must have a default.
    package subscript(name: String) -> String { values[name] ?? "" }

    /// The value of an option that must be a whole number.
    package func number(_ name: String) -> Int {
        guard let number = Int(self[name]) else { exit(saying: "--\(name) needs a number\n\(usage)") }
        return number
    }

    /// The value of an option in milliseconds.
    package func duration(_ name: String) -> Duration { .milliseconds(number(name)) }

    /// Exits with the status for wrong usage (`EX_USAGE`).
    package func exit(saying problem: String) -> Never {
        FileHandle.standardError.write(Data("\(problem)\n".utf8))
        Foundation.exit(64)
    }
}
