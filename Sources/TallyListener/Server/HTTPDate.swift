#if Listener
import Tally
import TallyHealthcheck

enum HTTPDate {
    /// The current time in the format of the Date header.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    static var now: String {
        UTCTime(secondsSinceEpoch: WallClock.secondsSinceEpoch())?.httpDate ?? "Thu, 01 Jan 1970 00:00:00 GMT"
    }
}
#endif
