internal import Foundation

/// A page of a documentation catalogue, to be held against the code of the tests that run it.
///
/// A test's source has the code of a page between the marks `// GUIDE NameOfThePage` and `// END`, each part as the page
/// has it but for its indentation, and in the same order.
package struct Guide {
    /// What its code blocks in Swift hold, in order.
    package let code: [String]
    /// What its code blocks without a language hold, in order: what the code prints.
    package let output: [String]

    /// - Parameter path: Below the folder `Sources`: `Tally/Tally.docc/NamesAndLabels.md`.
    package init(_ path: String) throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
        var blocks: [(language: Substring, lines: [Substring])] = []
        var isInside = false
        for line in try Self.lines(of: sources.appending(path: path)) {
            if line.hasPrefix("```") {
                if !isInside { blocks.append((line.dropFirst(3), [])) }
                isInside.toggle()
            } else if isInside {
                blocks[blocks.count - 1].lines.append(line)
            }
        }
        code = blocks.filter { $0.language == "swift" }.map { $0.lines.joined(separator: "\n") }
        output = blocks.filter { $0.language.isEmpty }.map { $0.lines.joined(separator: "\n") }
    }

    /// The marked parts of a test's source.
    ///
    /// - Parameters:
    ///   - page: The page's file, without `.md`.
    ///   - file: The test's source.
    package static func parts(of page: String, in file: String) throws -> [String] {
        var parts: [[Substring]] = []
        var isInside = false
        for line in try lines(of: URL(filePath: file)) {
            switch line.drop(while: { $0 == " " }) {
            case "// GUIDE \(page)":
                parts.append([])
                isInside = true
            case "// END": isInside = false
            default: if isInside { parts[parts.count - 1].append(line) }
            }
        }
        return parts.map { lines in
            let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
            return lines.map { $0.dropFirst(indentation) }.joined(separator: "\n")
        }
    }

    private static func lines(of file: URL) throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
