/**
 * What the proxy does with a message, in Kamailio's own language. It is the same for every network; what differs is in the tables and limits
 * that render-kamailio-config.ts puts in front of it:
 *   $sht(member=>ADDRESS) the office that sends from this address      $sht(office=>HOST::N) SIP URI of the office's N-th box
 *   $sht(limit=>NAME)     the limits of the description that the logic reads
 *
 *   request ─▶ IDENTIFY ─stranger─▶ 403, beyond the limit silence
 *                 └member─▶ SANITY ─▶ CANCEL │ in dialog ─▶ WITHIN_DIALOG ─▶ next hop is a member's box
 *                                            └ new ─▶ RATE ─▶ TO_OFFICE ─▶ first box, then the next one while none answers
 * Members only, and only to members: nothing of a stranger is forwarded, and no request or answer leaves for an address outside the table.
 * Logs carry offices, methods and Call-IDs; never the numbers in From, To or the request-URI.
 */
export const routingLogic = String.raw`
request_route {
	route(IDENTIFY);
	route(SANITY);

	# Only the proxy says which office a request comes from.
	remove_hf("X-LA2-Source-Office");

	if (is_method("CANCEL")) {
		if (t_check_trans()) {
			t_relay();
		} else {
			sl_send_reply("481", "Call/Transaction Does Not Exist");
		}
		exit;
	}
	if (!is_method("ACK")) {
		if (t_precheck_trans()) {
			t_check_trans();
			exit;
		}
		t_check_trans();
	}
	if (has_totag()) {
		route(WITHIN_DIALOG);
	}
	# An ACK without a dialog answers one of our own refusals.
	if (is_method("ACK")) {
		t_check_trans();
		exit;
	}
	route(TO_OFFICE);
}

# Who sends: the office of the source address, or nobody.
route[IDENTIFY] {
	if ($sht(member=>$si) == $null) {
		if (!pike_check_req()) {
			exit;
		}
		xlog("L_WARN", "event=stranger-refused method=$rm source=$proto:$si:$sp sipCallId=$ci\n");
		if (!is_method("ACK")) {
			sl_send_reply("403", "Forbidden");
		}
		exit;
	}
	$avp(source) = $sht(member=>$si);
}

route[SANITY] {
	if ($ml > $sht(limit=>max-message-bytes)) {
		xlog("L_WARN", "event=too-large office=$avp(source) method=$rm bytes=$ml sipCallId=$ci\n");
		route(REFUSE_TOO_LARGE);
		exit;
	}
	# Version, scheme, mandatory headers, CSeq, lengths, Expires, Proxy-Require, URIs of request, From and To, doubled tags, first Via.
	if (!sanity_check("22503", "7")) {
		xlog("L_WARN", "event=malformed office=$avp(source) method=$rm source=$proto:$si:$sp sipCallId=$ci\n");
		exit;
	}
	if (!mf_process_maxfwd_header("70")) {
		xlog("L_WARN", "event=too-many-hops office=$avp(source) method=$rm sipCallId=$ci\n");
		if (!is_method("ACK")) {
			sl_send_reply("483", "Too Many Hops");
		}
		exit;
	}
	# A REFER ends in the box of the office that took the call; no office moves a call of another one.
	if (!is_method("INVITE|ACK|CANCEL|BYE|OPTIONS|INFO|UPDATE|PRACK")) {
		xlog("L_NOTICE", "event=method-refused office=$avp(source) method=$rm sipCallId=$ci\n");
		append_to_reply("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK\r\n");
		sl_send_reply("405", "Method Not Allowed");
		exit;
	}
}

route[REFUSE_TOO_LARGE] {
	if (!is_method("ACK")) {
		sl_send_reply("513", "Message Too Large");
	}
}

# Requests of a call that is already there follow its Record-Route, but never out of the network.
route[WITHIN_DIALOG] {
	if (!loose_route()) {
		if (is_method("ACK")) {
			t_check_trans();
			exit;
		}
		xlog("L_NOTICE", "event=no-route office=$avp(source) method=$rm sipCallId=$ci\n");
		sl_send_reply("404", "Not Here");
		exit;
	}
	$var(transport) = $(nh(P){s.tolower});
	if ($sht(member=>$nh(d)) == $null || ($var(transport) != "udp" && $var(transport) != "tcp")) {
		xlog("L_WARN", "event=relay-refused office=$avp(source) method=$rm to=$nh(d) sipCallId=$ci\n");
		if (!is_method("ACK")) {
			sl_send_reply("403", "Not a Member");
		}
		exit;
	}
	# The address that was checked is the one used: maddr and the like in the URI say nothing any more.
	$du = "sip:" + $nh(d) + ":" + $nh(p) + ";transport=" + $var(transport);
	append_hf("X-LA2-Source-Office: $avp(source)\r\n");
	if (!t_relay()) {
		sl_reply_error();
	}
	exit;
}

# A new call, or a question whether an office is there.
route[TO_OFFICE] {
	if (is_method("OPTIONS") && uri == myself) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (!is_method("INVITE|OPTIONS")) {
		sl_send_reply("481", "Call/Transaction Does Not Exist");
		exit;
	}
	route(RATE);
	$avp(target) = $(rd{s.tolower});
	if ($sht(office=>$avp(target)::0) == $null) {
		xlog("L_NOTICE", "event=unknown-office office=$avp(source) method=$rm target=$rd sipCallId=$ci\n");
		sl_send_reply("404", "Unknown Office");
		exit;
	}
	# Routes that a member loads in front of a new call lead nowhere: the table alone decides.
	remove_hf("Route");
	record_route();
	append_hf("X-LA2-Source-Office: $avp(source)\r\n");
	xlog("L_NOTICE", "event=relay office=$avp(source) method=$rm target=$avp(target) sipCallId=$ci\n");
	$avp(hop) = 0;
	route(SEND);
}

# A fixed window of one second per member. A busy member is slowed, never banned.
route[RATE] {
	if ($shtinc(rate=>$avp(source)::$TS) <= $sht(limit=>calls-per-second)) {
		return;
	}
	xlog("L_WARN", "event=flood office=$avp(source) method=$rm sipCallId=$ci\n");
	append_to_reply("Retry-After: 2\r\n");
	sl_send_reply("503", "Too Many Calls");
	exit;
}

route[SEND] {
	$du = $sht(office=>$avp(target)::$avp(hop));
	t_on_failure("NEXT_BOX");
	if (!t_relay()) {
		sl_reply_error();
	}
	exit;
}

# The next box of the office, if this one is silent or says that it cannot serve.
failure_route[NEXT_BOX] {
	if (t_is_canceled()) {
		exit;
	}
	if (!((t_branch_timeout() && !t_branch_replied()) || t_check_status("503"))) {
		exit;
	}
	xlog("L_WARN", "event=box-unreachable office=$avp(source) target=$avp(target) box=$du status=$T_reply_code sipCallId=$ci\n");
	$avp(hop) = $avp(hop) + 1;
	if ($sht(office=>$avp(target)::$avp(hop)) == $null) {
		exit;
	}
	route(SEND);
}

# Answers come from members to requests that we sent; anything else is not ours to carry.
reply_route {
	if ($sht(member=>$si) == $null || !t_check_trans()) {
		if ($shtinc(rate=>answers::$TS) <= $sht(limit=>log-lines-per-second)) {
			xlog("L_NOTICE", "event=answer-dropped status=$rs source=$proto:$si:$sp sipCallId=$ci\n");
		}
		drop;
	}
}

# What is no SIP at all. Kamailio's own complaint would carry the whole message, numbers included, so it is turned off.
event_route[core:receive-parse-error] {
	if ($shtinc(rate=>unreadable::$TS) <= $sht(limit=>log-lines-per-second)) {
		xlog("L_WARN", "event=unreadable source=$proto:$si:$sp bytes=$ml\n");
	}
}
`;
