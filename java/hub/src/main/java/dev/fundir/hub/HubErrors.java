package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns answers that refuse something into exceptions that say what to do: the one place that knows the Hub's codes.
 */
final class HubErrors {
    private static final int LONGEST = 500;
    private static final String DISABLED = "Access to this resource is disabled.";
    private static final String BAD_TOKEN = "Invalid credentials in Authorization header";

    private HubErrors() {}

    /**
     * The exception for an answer.
     *
     * @param request what was asked
     * @param status from 400 on
     * @param headers of the answer
     * @param body the beginning of its text
     * @param token the token that was sent, which is taken out of what the server says
     */
    static HubException of(Request request, int status, HttpHeaders headers, String body, Optional<Token> token) {
        String code = headers.firstValue("X-Error-Code").orElse("");
        String said = hide(headers.firstValue("X-Error-Message").orElseGet(() -> error(body)), token);
        Reason reason = reason(request, status, code, said, token.isPresent());
        String id = headers.firstValue("x-request-id")
                .or(() -> headers.firstValue("x-amz-cf-id"))
                .filter(text -> text.matches("[\\w:;=./+-]{1,200}"))
                .orElse(null);
        String sentence = sentence(reason, request.subject().what(), token.isPresent())
                + (isSaidByReason(reason, said) ? "" : ". The Hub says: " + said);
        return new HubException(
                reason, "HTTP " + status + ": " + sentence, status, id == null ? null : hide(id, token), null);
    }

    private static Reason reason(Request request, int status, String code, String said, boolean hasToken) {
        Optional<Reason> named = named(code, said);
        if (named.isPresent()) {
            return named.get();
        }
        if (said.equals(DISABLED)) {
            return Reason.DISABLED;
        }
        if (said.startsWith(BAD_TOKEN)) {
            return Reason.TOKEN;
        }
        return switch (status) {
            case 401 -> request.subject().isModel() ? Reason.NOT_FOUND : hasToken ? Reason.TOKEN : Reason.NO_TOKEN;
            case 403 -> hasToken ? Reason.FORBIDDEN : Reason.NO_TOKEN;
            case 404 -> request.subject().isModel() ? Reason.NOT_FOUND : Reason.REFUSED;
            case 409, 412 -> Reason.CONFLICT;
            case 408 -> Reason.NETWORK;
            case 429 -> Reason.RATE_LIMIT;
            default -> status >= 500 ? Reason.SERVER : Reason.REFUSED;
        };
    }

    /** What the Hub names itself. */
    private static Optional<Reason> named(String code, String said) {
        return switch (code) {
            case "RepoNotFound" -> Optional.of(said.equals(BAD_TOKEN) ? Reason.TOKEN : Reason.NOT_FOUND);
            case "RevisionNotFound" -> Optional.of(Reason.REVISION);
            case "EntryNotFound" -> Optional.of(Reason.ENTRY);
            case "GatedRepo" -> Optional.of(Reason.GATED);
            default -> Optional.empty();
        };
    }

    private static String sentence(Reason reason, String what, boolean hasToken) {
        String login = hasToken
                ? "check that the token (HF_TOKEN, or that of `hf auth login`) may see it"
                : "if it is private, log in with `hf auth login` or set HF_TOKEN";
        return switch (reason) {
            case NOT_FOUND -> what + " does not exist, or it is private; check the spelling, and " + login;
            case REVISION -> what + ": there is no such branch, tag or commit; see \"Files and versions\" of its page";
            case ENTRY -> what + ": there is no such file at this revision; list the files to see their names";
            case GATED ->
                what + " is gated: ask for access on its page, then "
                        + (hasToken
                                ? "use a token that may read gated models"
                                : "log in with `hf auth login` or set HF_TOKEN");
            case DISABLED -> what + ": the Hub has disabled it; its page says why. Use another model";
            case TOKEN ->
                what + ": the Hub does not accept the token; renew it with `hf auth login`, or correct HF_TOKEN";
            case NO_TOKEN -> what + ": this takes a token; log in with `hf auth login` or set HF_TOKEN";
            case FORBIDDEN ->
                what + ": the token may not do this; use one with write access to it (Settings, Access Tokens)";
            case RATE_LIMIT ->
                what + ": too many requests for the Hub; wait some minutes"
                        + (hasToken ? "" : ", or log in, which allows more of them");
            case CONFLICT -> what + ": it has changed or exists already; look at what is there and try again";
            case NETWORK, STALLED -> what + ": the Hub gave up waiting; try again";
            case SERVER -> what + ": the Hub failed; try again later";
            default -> what + ": the Hub refuses the request";
        };
    }

    /** Whether the Hub's words would only repeat ours. */
    private static boolean isSaidByReason(Reason reason, String said) {
        return said.isEmpty()
                || switch (reason) {
                    case NOT_FOUND, REVISION, ENTRY, DISABLED, TOKEN -> true;
                    default -> false;
                };
    }

    /** The text of {@code {"error": …}}, or the beginning of a text that is none. */
    private static String error(String body) {
        String text = body.strip();
        if (text.startsWith("{")) {
            try {
                text = Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "an error")
                        .text("error")
                        .orElse("");
            } catch (HubException e) {
                // Cut short or no JSON: its beginning is shown as it is.
                return line(text);
            }
        } else if (text.toLowerCase(Locale.ROOT).startsWith("<")) {
            return "";
        }
        return line(text);
    }

    private static String line(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    private static String hide(String text, Optional<Token> token) {
        return line(token.map(secret -> secret.hideIn(text)).orElse(text));
    }
}
