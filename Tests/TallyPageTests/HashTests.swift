import Foundation
import TallyPage
import Testing

@testable import TallyPage

/// Vectors of https://csrc.nist.gov/projects/cryptographic-algorithm-validation-program
struct HashTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ]) func messagesHaveTheirPublishedHashes(_ message: String, _ hash: String) {
        let text = SHA256.hash(Array(message.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(text == hash)
    }

    @Test func everyLengthAroundABlockHasItsOwnHash() {
        let hashes = Set((0..<200).map { SHA256.hash(Array(repeating: 7, count: $0)) })
        #expect(hashes.count == 200)
    }

    @Test func base64PadsLikeFoundation() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8($0 * 37 % 256) }
            #expect(SHA256.base64(bytes) == Data(bytes).base64EncodedString())
        }
    }
}
