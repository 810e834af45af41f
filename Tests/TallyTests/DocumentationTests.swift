import TallyTestSupport
import Testing

/// Tests compile all code that the README and the guides show.
struct DocumentationTests {
    @Test func everySwiftBlockMatchesTheTestPartOfItsName() throws {
        let parts = try Dictionary(Guide.parts().map { ($0.name, $0.text) }) { first, _ in
            Issue.record("two tests have the part \(first)")
            return first
        }
        var names: Set<String> = []
        for guide in try Guide.all() {
            for block in guide.code {
                let name = "\(guide.page) \(block.name)"
                #expect(!block.name.isEmpty, "a block of \(guide.page) has no name: \(block.text)")
                #expect(names.insert(name).inserted, "two blocks are called \(name)")
                #expect(block.text == parts[name], "\(name)")
            }
        }
        #expect(Set(parts.keys).subtracting(names) == [], "no page shows these parts")
    }
}
