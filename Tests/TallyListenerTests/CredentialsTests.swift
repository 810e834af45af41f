import Foundation
import Testing

@testable import TallyListener

struct CredentialsTests {
    private static let credentials = Credentials([Array("token".utf8), Array("other".utf8), [0], Self.longest])
    private static let longest = [UInt8](repeating: 7, count: Credentials.capacity)

    @Test func onlyAWholeSecretIsContained() {
        for secret in [Array("token".utf8), Array("other".utf8), [0], Self.longest] {
            #expect(Self.credentials.contain(secret))
            #expect(!Self.credentials.contain(secret + [0]))
            #expect(!Self.credentials.contain(Array(secret.dropLast())))
            #expect(!Self.credentials.contain([1] + secret))
            for index in secret.indices {
                for bit in 0..<8 {
                    var near = secret
                    near[index] ^= 1 << UInt8(bit)
                    #expect(!Self.credentials.contain(near))
                }
            }
        }
        #expect(!Self.credentials.contain([]))
        #expect(!Self.credentials.contain(Self.longest + Self.longest))
        #expect(!Credentials([]).contain([]))
    }

    @Test func headersOfAnySizeAndFormAreParsed() {
        #expect(Credentials.basic(in: nil).isEmpty)
        #expect(Credentials.bearer(in: nil).isEmpty)
        #expect(Credentials.bearer(in: "Bearer").isEmpty)
        #expect(Credentials.bearer(in: "Bearer ").isEmpty)
        #expect(Credentials.bearer(in: "Bearerx y").isEmpty)
        #expect(Credentials.bearer(in: "Beare y").isEmpty)
        #expect(Credentials.bearer(in: "bEARER  a b") == Array("a b".utf8))
        #expect(Credentials.basic(in: "Basic YTpi") == Array("a:b".utf8))
        #expect(Credentials.bearer(in: "Bearer \u{1F600}") == Array("\u{1F600}".utf8))
        #expect(Credentials.bearer(in: "Bearer " + String(repeating: "x", count: 1 << 20)).count == 1 << 20)
        // Setting a bit of "2" must not make it a letter of the scheme.
        #expect(Credentials.bearer(in: "B\u{45}\u{1}rer x").isEmpty)
    }

    @Test func base64DecodesWhatFoundationEncodes() {
        var generator = SystemRandomNumberGenerator()
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(Base64.decode(Array(Data(bytes).base64EncodedString().utf8)) == bytes)
        }
    }

    @Test(
        arguments: [
            "A", "AB", "ABC", "ABCDE", "====", "A===", "=ABC", "AB=C", "AB==AB==", "AB C", "AB-_", "ABC\n", "AB==\n",
            "AC=A",
            "AB==", "ABC=", "Ab=",
        ]
    )
    func base64RefusesWhatNoEncoderMakes(text: String) {
        // The digits of "AB==" and "ABC=" leave bits that belong to no byte.
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test func base64TakesAnyBytes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if let decoded = Base64.decode(bytes) {
                #expect(Array(Data(decoded).base64EncodedString().utf8) == bytes)
            }
        }
    }
}
