internal import Foundation

/// The full text of an error, and a call that throws it.
package struct ErrorText: Sendable, CustomStringConvertible {
    package let code: String
    package let text: String
    package let provoke: @Sendable () async throws -> Void

    package init(_ code: String, _ text: String, _ provoke: @escaping @Sendable () async throws -> Void) {
        self.code = code
        self.text = text
        self.provoke = provoke
    }

    package var description: String { text }

    /// The number of places in a module's code that contain each text. Comments are not counted.
    ///
    /// A test compares them with the numbers at which every error had a row, so that a new error needs one too.
    package static func places(of texts: some Collection<String>, in module: String) throws -> [String: Int] {
        let folder = URL(filePath: #filePath).appending(path: "../../../Sources/\(module)").standardized
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        var places = Dictionary(uniqueKeysWithValues: texts.map { ($0, 0) })
        for file in files where file.hasSuffix(".swift") {
            let lines = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                .split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
            let code = lines.joined(separator: "\n")
            for text in texts { places[text, default: 0] += code.ranges(of: text).count }
        }
        return places
    }
}
