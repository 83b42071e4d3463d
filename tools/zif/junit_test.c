/* JUnit stays well-formed whatever a guest prints. See junit.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "junit.h"

static void assert_escaped(const char *text, size_t len, const char *expected)
{
    char *got;
    size_t size;
    FILE *out = open_memstream(&got, &size);
    junit_escape(text, len, out);
    fclose(out);
    assert_string_equal(got, expected);
    free(got);
}

#define ESCAPED(text, expected) assert_escaped(text, sizeof(text) - 1, expected)

static void markup_is_escaped(void **state)
{
    ESCAPED("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&apos;");
}

static void control_bytes_are_left_out(void **state)
{
    ESCAPED("a\033[1mb\0c\r\n\td\177", "a[1mbc\n\td");
    ESCAPED("\xc2\x85x", "\xef\xbf\xbd\xef\xbf\xbdx"); /* a C1 control */
}

static void utf8_is_kept_and_other_bytes_are_replaced(void **state)
{
    ESCAPED("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    ESCAPED("\xff", "\xef\xbf\xbd");
    ESCAPED("\xc3", "\xef\xbf\xbd");
    ESCAPED("\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* overlong */
    ESCAPED("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    ESCAPED("\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* U+FFFE */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_escaped),
        cmocka_unit_test(control_bytes_are_left_out),
        cmocka_unit_test(utf8_is_kept_and_other_bytes_are_replaced),
    };
    return cmocka_run_group_tests_name("junit", tests, NULL, NULL);
}
