// Names of the emoji that people and apps use most, as Slack spells them.

const TABLE = `
+1👍 -1👎 100💯 adult🧑 airplane✈️ alarm_clock⏰ arrow_down⬇️ arrow_forward▶️ arrow_left⬅️ arrow_right➡️ arrow_up⬆️
arrow_lower_right↘️ arrow_upper_right↗️ arrows_counterclockwise🔄 ballot_box_with_check☑️ bangbang‼️ bank🏦 bar_chart📊
beers🍻 bell🔔 no_bell🔕 black_circle⚫ blue_circle🔵 blush😊 book📖 bookmark🔖 bookmark_tabs📑 boom💥 briefcase💼 broken_heart💔
bug🐛 building_construction🏗️ bulb💡 busts_in_silhouette👥 bust_in_silhouette👤 calendar📆 date📅 call_me_hand🤙 calling📲
card_index📇 card_file_box🗃️ chart📈 chart_with_downwards_trend📉 chart_with_upwards_trend📈 champagne🍾 clap👏 clipboard📋
clock1🕐 clock3🕒 clock9🕘 coffee☕ computer💻 confetti_ball🎊 confused😕 construction🚧 credit_card💳 cry😢 crystal_ball🔮
crown👑 dart🎯 dollar💵 email✉️ envelope✉️ envelope_with_arrow📩 euro💶 exclamation❗ eyes👀 factory🏭 fast_forward⏩ file_folder📁
fire🔥 flag-de🇩🇪 gear⚙️ gift🎁 globe_with_meridians🌐 green_circle🟢 grey_exclamation❕ grey_question❔ grin😁 grinning😀 hammer_and_wrench🛠️
handshake🤝 heart❤️ heavy_check_mark✔️ heavy_minus_sign➖ heavy_plus_sign➕ heavy_dollar_sign💲 hourglass⌛ hourglass_flowing_sand⏳
house🏠 id🆔 inbox_tray📥 incoming_envelope📨 information_source❓ joy😂 key🔑 label🏷️ large_blue_circle🔵 large_green_circle🟢
large_orange_circle🟠 large_purple_circle🟣 large_red_circle🔴 large_yellow_circle🟡 large_blue_square🟦 large_green_square🟩 large_red_square🟥
large_yellow_square🟨 ledger📒 link🔗 lock🔒 loudspeaker📢 mag🔍 mag_right🔎 mailbox📫 mailbox_with_mail📬 medal🏅 mega📣 memo📝 mobile_phone_off📴
money_with_wings💸 moneybag💰 moon🌔 muscle💪 neutral_face😐 new🆕 newspaper📰 no_entry⛔ no_entry_sign🚫 notebook📓 office🏢
ok🆗 ok_hand👌 orange_circle🟠 outbox_tray📤 package📦 page_facing_up📄 page_with_curl📃 paperclip📎 partying_face🥳 pause_button⏸️
pencil📝 pencil2✏️ phone☎️ pie🥧 pray🙏 purple_circle🟣 pushpin📌 question❓ raised_hands🙌 receipt🧾 recycle♻️ red_circle🔴 relaxed☺️
repeat🔁 rewind⏪ robot_face🤖 rocket🚀 rotating_light🚨 round_pushpin📍 scales⚖️ scroll📜 see_no_evil🙈 seedling🌱 shield🛡️ skull💀
sleeping😴 slightly_smiling_face🙂 smile😄 smiley😃 sob😭 sparkles✨ speech_balloon💬 star⭐ star2🌟 stopwatch⏱️ sunglasses😎 sunny☀️
sunrise🌅 tada🎉 telephone☎️ telephone_receiver📞 thinking_face🤔 thought_balloon💭 thumbsdown👎 thumbsup👍 ticket🎫 timer_clock⏲️
trophy🏆 truck🚚 unlock🔓 upside_down_face🙃 wastebasket🗑️ warning⚠️ wave👋 white_check_mark✅ white_circle⚪ white_large_square⬜ wink😉
world_map🗺️ palm_tree🌴 face_with_thermometer🤒 bus🚌 desert_island🏝️ wrench🔧 x❌ yellow_circle🟡 zap⚡ zzz💤 man-shrugging🤷‍♂️ shrug🤷 flag-us🇺🇸 flag-gb🇬🇧 first_place_medal🥇 second_place_medal🥈
third_place_medal🥉 snowflake❄️ ice_cube🧊 thermometer🌡️ ringing_call📳 video_camera📹 microphone🎤 speaker🔈 leftwards_arrow_with_hook↩️
arrow_right_hook↪️ back🔙 end🔚 soon🔜 top🔝 black_square_button🔲 radio_button🔘 small_blue_diamond🔹 small_orange_diamond🔸 triangular_flag_on_post🚩
checkered_flag🏁 hugging_face🤗 heart_eyes😍 star-struck🤩 face_with_monocle🧐 sweat_smile😅 point_right👉 point_down👇 point_up☝️ v✌️ writing_hand✍️`;

const NAMES = new Map();
for (const entry of TABLE.trim().split(/\s+/)) {
  const [, name, sign] = /^([+\-]?[\w-]+?)([^\w+-].*)$/u.exec(entry) || [];
  if (name) NAMES.set(name, sign);
}
NAMES.set('information_source', 'ℹ️');
NAMES.set('100', '💯');

/** The sign for a name without colons, or undefined. */
export function emoji(name) {
  return NAMES.get(name);
}

/** Replaces :names: in plain text; unknown names stay as they are. */
export function withEmoji(text) {
  return text.replace(/:([+\w-]+):/g, (whole, name) => NAMES.get(name) || whole);
}

/** Offered under the smiley on a message. */
export const REACTIONS = ['white_check_mark', 'eyes', 'raised_hands', '+1', 'tada', 'heart', 'fire', 'pray', 'rocket', 'thinking_face', 'clap', '100'];
