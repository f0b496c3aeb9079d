package dev.fundir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal shows of the bytes that were written to it, as far as the orders are known that fundir uses. */
final class ScreenModel {
    private static final Pattern ORDER = Pattern.compile("\u001b\\[(\\??)(\\d*)([A-Za-z])");

    private final List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    private final List<List<String>> frames = new ArrayList<>();
    private int row;
    private int column;
    private int widest;
    private boolean cursorVisible = true;
    private boolean wraps = true;

    private ScreenModel() {}

    static ScreenModel of(String written) {
        ScreenModel screen = new ScreenModel();
        Matcher order = ORDER.matcher(written);
        int at = 0;
        while (at < written.length()) {
            if (written.charAt(at) == '\u001b') {
                if (!order.find(at) || order.start() != at) {
                    throw new AssertionError("an order that this model does not know: " + written.substring(at));
                }
                screen.obey(order.group(1) + order.group(2) + order.group(3), order.group(2));
                at = order.end();
            } else {
                screen.put(written.charAt(at++));
            }
        }
        return screen;
    }

    private void obey(String order, String number) {
        switch (order.charAt(order.length() - 1)) {
            case 'K' -> erase(row, column);
            case 'J' -> {
                erase(row, column);
                rows.subList(row + 1, rows.size()).clear();
                frames.add(lines());
            }
            case 'A' -> row = Math.max(0, row - Integer.parseInt(number));
            case 'h', 'l' -> mode(order);
            default -> throw new AssertionError("an order that this model does not know: " + order);
        }
    }

    private void mode(String order) {
        boolean on = order.endsWith("h");
        switch (order.substring(0, order.length() - 1)) {
            case "?25" -> cursorVisible = on;
            case "?7" -> wraps = on;
            default -> throw new AssertionError("a mode that this model does not know: " + order);
        }
    }

    private void erase(int line, int from) {
        StringBuilder text = rows.get(line);
        text.setLength(Math.min(text.length(), from));
    }

    private void put(char character) {
        switch (character) {
            case '\r' -> column = 0;
            case '\n' -> {
                row++;
                if (row == rows.size()) {
                    rows.add(new StringBuilder());
                }
            }
            default -> {
                StringBuilder line = rows.get(row);
                while (line.length() <= column) {
                    line.append(' ');
                }
                line.setCharAt(column++, character);
                widest = Math.max(widest, column);
            }
        }
    }

    /** What is seen: without blanks at the end of lines, and without empty lines at the end. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(
                rows.stream().map(line -> line.toString().stripTrailing()).toList());
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    /** What was seen each time the rest of the screen had been erased. */
    List<List<String>> frames() {
        return frames;
    }

    /** The most characters that were in a line. */
    int widest() {
        return widest;
    }

    boolean cursorVisible() {
        return cursorVisible;
    }

    boolean wraps() {
        return wraps;
    }
}
