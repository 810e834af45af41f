internal import Foundation

/// A page of documentation, compared with the tests that compile its code.
///
/// A block of Swift has a name, in a comment above its fence: `<!-- frames -->`. A test has the same code between
/// `// GUIDE NameOfThePage frames` and `// END`, apart from indentation. Positions do not matter.
package struct Guide {
    /// The page's file name, without `.md`.
    package let page: String
    /// The names and texts of the blocks of Swift. A block without a name has an empty one.
    package let code: [(name: String, text: String)]
    /// The blocks without a language, which show the output of the code.
    package let output: [String]

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// - Parameter path: The path from the package's root: `Sources/Tally/Tally.docc/NamesAndLabels.md`.
    package init(_ path: String) throws {
        var blocks: [(name: Substring, language: Substring, lines: [Substring])] = []
        var isInside = false
        var before: Substring = ""
        for line in try Self.lines(of: Self.root.appending(path: path)) {
            if line.hasPrefix("```") {
                let name = before.hasPrefix("<!-- ") ? before.dropFirst(5).prefix { $0 != " " } : ""
                if !isInside { blocks.append((name, line.dropFirst(3), [])) }
                isInside.toggle()
            } else if isInside {
                blocks[blocks.count - 1].lines.append(line)
            }
            before = line
        }
        page = String(path.split(separator: "/").last?.dropLast(3) ?? "")
        code = blocks.filter { $0.language == "swift" }.map { block in
            // Imports stand at the top of the test's file.
            let lines = block.lines.drop { $0.hasPrefix("import ") }.drop { $0.isEmpty }
            return (String(block.name), lines.joined(separator: "\n"))
        }
        output = blocks.filter { $0.language.isEmpty }.map { $0.lines.joined(separator: "\n") }
    }

    /// The README and every page of the documentation catalogues.
    package static func all() throws -> [Guide] {
        let sources = root.appending(path: "Sources").path
        let pages = FileManager.default.enumerator(atPath: sources)?.compactMap { $0 as? String } ?? []
        return try (["README.md"] + pages.filter { $0.hasSuffix(".md") }.map { "Sources/\($0)" }).map(Guide.init)
    }

    /// The marked parts of all tests. Their names have the page and the block, as in `NamesAndLabels frames`.
    package static func parts() throws -> [(name: String, text: String)] {
        let tests = root.appending(path: "Tests")
        let files = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String } ?? []
        let mark = "// GUIDE "
        var parts: [(name: String, text: String)] = []
        for file in files where file.hasSuffix("Tests.swift") && !file.contains(".build/") {
            var open: (name: String, lines: [Substring])?
            for line in try lines(of: tests.appending(path: file)) {
                let text = line.drop { $0 == " " }
                if text.hasPrefix(mark) {
                    open = (String(text.dropFirst(mark.count)), [])
                } else if text == "// END", let (name, lines) = open.take() {
                    let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
                    parts.append((name, lines.map { $0.dropFirst(indentation) }.joined(separator: "\n")))
                } else {
                    open?.lines.append(line)
                }
            }
        }
        return parts
    }

    private static func lines(of file: URL) throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
